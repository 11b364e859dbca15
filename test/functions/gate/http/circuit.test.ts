import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createCircuit, type Outcome } from '../../../../functions/gate/upstreams/http/circuit.ts'
import { createTestClock } from '../limits/memory-store.ts'

const bounds = { failures: 3, of: 5, openForMs: 10_000 }

function setUp(random = 0.5) {
  const clock = createTestClock()
  const states: string[] = []
  const circuit = createCircuit(bounds, {
    clock,
    random: () => random,
    changed: state => states.push(state),
  })
  /** A request that goes through and ends so; or how long it is told to stay away. */
  const send = (outcome: Outcome): number | 'through' => {
    const entry = circuit.enter()
    if (!entry.through) return entry.leftMs
    entry.end(outcome)
    return 'through'
  }
  const sendAll = (...outcomes: Outcome[]) => outcomes.map(send)
  const open = () => sendAll('failed', 'failed', 'failed')
  return { circuit, clock, states, send, sendAll, open }
}

describe('a closed circuit', () => {
  test('opens with the third failure of five outcomes, and not with the second', () => {
    const { sendAll, send, states } = setUp()
    sendAll('failed', 'answered', 'failed', 'answered')
    expect(states).toEqual([])
    send('failed')
    expect(states).toEqual(['open'])
  })

  test('forgets the sixth last outcome', () => {
    const { sendAll, send, states } = setUp()
    sendAll('failed', 'failed', 'answered', 'answered', 'answered', 'failed')
    expect(states).toEqual([])
    sendAll('failed', 'failed')
    expect(states).toEqual(['open'])
    expect(send('answered')).toBe(10_000)
  })

  test('learns nothing from a request that never came to the upstream', () => {
    const { sendAll, states } = setUp()
    sendAll('failed', 'failed', 'nothing', 'nothing', 'nothing', 'nothing', 'nothing')
    expect(states).toEqual([])
    sendAll('failed')
    expect(states).toEqual(['open'])
  })
})

describe('an open circuit', () => {
  test('lets nothing through for its time, and one request then', () => {
    const { open, clock, circuit } = setUp()
    open()
    clock.advance(9_999)
    expect(circuit.enter()).toEqual({ through: false, leftMs: 1 })
    clock.advance(1)
    expect(circuit.enter().through).toBe(true)
    expect(circuit.enter()).toEqual({ through: false, leftMs: 0 })
  })

  test.each([
    [0, 8000],
    [0.5, 10_000],
    [0.999, 11_996],
  ])('at a draw of %d stays open for %i ms: a fifth less to a fifth more', (random, lastsMs) => {
    const { open, send } = setUp(random)
    open()
    expect(send('answered')).toBeCloseTo(lastsMs, 6)
  })

  test('of an instance that was frozen meanwhile is over when its time has passed on the wall', () => {
    const { open, clock, send } = setUp()
    open()
    clock.set(clock.wall() + 10_000)
    expect(send('answered')).toBe('through')
  })

  test('lasts no longer for a clock that is set back', () => {
    const { open, clock, send } = setUp()
    open()
    clock.set(clock.wall() - 3_600_000)
    clock.advance(10_000)
    expect(send('answered')).toBe('through')
  })

  test('takes no notice of requests that began before it opened', () => {
    const { circuit, open, states, send } = setUp()
    const early = [circuit.enter(), circuit.enter()]
    open()
    for (const entry of early) if (entry.through) entry.end('answered')
    expect(states).toEqual(['open'])
    expect(send('answered')).toBe(10_000)
  })
})

describe('a probe', () => {
  test('that is answered closes the circuit, which has forgotten all failures', () => {
    const { open, clock, states, sendAll } = setUp()
    open()
    clock.advance(10_000)
    sendAll('answered', 'failed', 'failed')
    expect(states).toEqual(['open', 'half-open', 'closed'])
    sendAll('failed')
    expect(states.at(-1)).toBe('open')
  })

  test('that fails opens it again for as long', () => {
    const { open, clock, states, send } = setUp()
    open()
    clock.advance(10_000)
    send('failed')
    expect(states).toEqual(['open', 'half-open', 'open'])
    expect(send('answered')).toBe(10_000)
  })

  test('that never came to the upstream leaves it to the next request', () => {
    const { open, clock, states, sendAll } = setUp()
    open()
    clock.advance(10_000)
    expect(sendAll('nothing', 'answered', 'answered')).toEqual(['through', 'through', 'through'])
    expect(states.at(-1)).toBe('closed')
  })
})

type Step =
  | { readonly do: 'enter' }
  | { readonly do: 'end'; readonly which: number; readonly outcome: Outcome }
  | { readonly do: 'pass'; readonly ms: number; readonly clocks: 'both' | 'wall' | 'steady' }

const anyOutcome = fc.constantFrom<Outcome>('answered', 'failed', 'failed', 'nothing')
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Step>({ do: 'enter' }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('end'), which: fc.nat(7), outcome: anyOutcome }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('pass'),
      // Back, too: only a wall clock does that.
      ms: fc.oneof(fc.integer({ min: 0, max: 13_000 }), fc.constantFrom(-3_600_000, 3_600_000)),
      clocks: fc.constantFrom('both', 'wall', 'steady'),
    }),
  },
)

/** What is promised, kept as a list of all that happened since the last change, and read anew each time. */
interface Model {
  state: 'closed' | 'open' | 'half-open'
  /** Of requests that came in since the circuit closed, oldest first. */
  outcomes: Outcome[]
  openedAt: { wall: number; steady: number }
  lastsMs: number
  /** Changes so far: a request belongs to the state in which it came. */
  epoch: number
}

test('whatever is sent, ends and passes in whichever order, it lets through what its rules say, and one probe at a time', () => {
  const draws = fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true }))
  fc.assert(
    fc.property(
      fc.record({ failures: fc.integer({ min: 1, max: 4 }), more: fc.nat(4) }),
      fc.array(anyStep, { minLength: 20, maxLength: 150 }),
      draws,
      ({ failures, more }, steps, random) => {
        const of = failures + more
        let [wall, steady, draw] = [1_800_000_000_000, 0, 0]
        const states: string[] = []
        const circuit = createCircuit(
          { failures, of, openForMs: 10_000 },
          {
            clock: { wall: () => wall, steady: () => steady },
            random: () => {
              draw = random.next().value as number
              return draw
            },
            changed: state => states.push(state),
          },
        )
        const model: Model = {
          state: 'closed',
          outcomes: [],
          openedAt: { wall, steady },
          lastsMs: 0,
          epoch: 0,
        }
        const expected: string[] = []
        const change = (state: Model['state']) => {
          Object.assign(model, { state, epoch: model.epoch + 1 })
          expected.push(state)
        }
        const open = () => {
          change('open')
          // In the very steps of what is tested: another order may round to another side of a boundary.
          Object.assign(model, { openedAt: { wall, steady }, lastsMs: 10_000 * (0.8 + draw * 0.4) })
        }
        const running: Array<{ epoch: number; end: (outcome: Outcome) => void }> = []
        const probes = () =>
          running.filter(({ epoch }) => model.state === 'half-open' && epoch === model.epoch)

        for (const step of steps) {
          if (step.do === 'pass') {
            if (step.clocks !== 'steady') wall += step.ms
            if (step.clocks !== 'wall') steady += Math.max(0, step.ms)
          } else if (step.do === 'enter') {
            const passed = Math.max(wall - model.openedAt.wall, steady - model.openedAt.steady)
            const due = model.state === 'open' && passed >= model.lastsMs
            if (due) change('half-open')
            const entry = circuit.enter()
            expect(entry.through).toBe(due || model.state === 'closed')
            if (entry.through) running.push({ epoch: model.epoch, end: entry.end })
            else expect(entry.leftMs).toBeLessThanOrEqual(12_000)
          } else {
            const [ended] = running.splice(step.which % Math.max(1, running.length), 1)
            if (!ended) continue
            ended.end(step.outcome)
            if (ended.epoch !== model.epoch) continue
            if (model.state === 'half-open') {
              if (step.outcome === 'failed') open()
              else if (step.outcome === 'answered') {
                change('closed')
                model.outcomes = []
              } else {
                // Nothing is announced; the next request is the probe.
                Object.assign(model, {
                  state: 'open',
                  lastsMs: 0,
                  openedAt: { wall, steady },
                  epoch: model.epoch + 1,
                })
              }
            } else if (step.outcome !== 'nothing') {
              model.outcomes.push(step.outcome)
              const last = model.outcomes.slice(-of)
              if (last.filter(outcome => outcome === 'failed').length >= failures) open()
            }
          }
          expect(probes().length).toBeLessThanOrEqual(1)
          expect(states).toEqual(expected)
        }
      },
    ),
    { numRuns: 300 },
  )
})
