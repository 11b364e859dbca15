import fc from 'fast-check'
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest'
import { createAssemblies } from '../local/assemblies.ts'
import { deal, startDealDesk } from '../support/deal-desk.ts'
import { anyAnswer, good, silences } from './fuzz/answers.ts'
import { type RawAnswer, startHostileUpstream } from './fuzz/hostile-upstream.ts'
import { expectAnswer, expectDeclared, expectDeclaredAnswer, expectQuietLine } from './fuzz/invariants.ts'
import { anyRequest, noise, subjectHere, tokenHere, type WireRequest } from './fuzz/requests.ts'
import { declareSmallApp, expectSmallDeclared } from './fuzz/small-app.ts'
import { anySmallRequest, goodSmallRequests } from './fuzz/small-requests.ts'
import { withoutBreakers } from './fuzz/unbroken.ts'
import { exchange } from './fuzz/wire.ts'
import { startSmallCloud } from './small-cloud.ts'

// A longer run: SALLYPORT_FUZZ_SECONDS=600 npx vitest run test/security/fuzz.test.ts. A failure names its seed, and
// SALLYPORT_FUZZ_SEED runs it again.
const { SALLYPORT_FUZZ_SECONDS: told, SALLYPORT_FUZZ_SEED: seed } = process.env
const seconds = Number(told ?? 0)
/** By number, so that a busy machine checks no less; by time only where a longer run is asked for. */
const bounds = (share: number) =>
  seconds > 0
    ? {
        numRuns: Number.MAX_SAFE_INTEGER,
        markInterruptAsFailure: false,
        interruptAfterTimeLimit: seconds * 1000 * share,
      }
    : { numRuns: Math.ceil(200 * share) }
/**
 * Time ends a longer run in the middle of a check, which goes on: what it comes to counts too.
 *
 * @param share of the runs there are
 */
async function assertBounded<T>(
  values: fc.Arbitrary<T>,
  check: (value: T) => Promise<void>,
  share = 1,
): Promise<void> {
  let last = Promise.resolve()
  const property = fc.asyncProperty(values, value => {
    last = check(value)
    return last
  })
  await fc.assert(property, { ...bounds(share), ...(seed !== undefined && { seed: Number(seed) }) })
  await last
}

const patience = { timeout: seconds * 1000 + 120_000 }

type Desk = Awaited<ReturnType<typeof startDealDesk>>
const assemblies = createAssemblies()
let hostile: Awaited<ReturnType<typeof startHostileUpstream>>
let desk: Desk
let misled: Desk
let small: Awaited<ReturnType<typeof startSmallCloud>>
beforeAll(async () => {
  hostile = await startHostileUpstream()
  const { origin } = hostile
  const upstreams = {
    'https://crm.internal.example.com': origin,
    'https://billing.internal.example.com': origin,
  }
  ;[desk, misled, small] = await Promise.all([
    startDealDesk(),
    startDealDesk({ upstreams, assembly: withoutBreakers(inject('dealDesk'), assemblies) }),
    startSmallCloud(declareSmallApp),
  ])
  // Functions that have started: of a run of seconds, a start on a busy machine would be the most.
  const { token } = await newCaller(desk)
  await Promise.all([
    desk.call('/deals', { token }),
    misled.call('/deals', { token: (await newCaller(misled)).token }),
    fetch(`${small.url}/cookies`),
  ])
})
afterAll(async () => {
  await Promise.all([desk.close(), misled.close(), small.close()])
  await hostile.close()
  assemblies.remove()
})

/** A new one before the limit of the last one is reached. */
let callers = 0
async function newCaller({ mint }: Desk) {
  callers += 1
  const subject = `fuzz-${callers}`
  const scope = 'deals:read deals:write invoices:write'
  return { subject, token: await mint({ subject, scope, claims: { roles: ['sales', 'finance'] } }) }
}
type Caller = Awaited<ReturnType<typeof newCaller>>

async function send({ head, body, mayWait, isHead }: WireRequest, { subject, token }: Caller) {
  const filled = (text: string) => text.replaceAll(tokenHere, token).replaceAll(subjectHere, subject)
  // Behind a body whose length is a lie, there may be another request.
  const rest = mayWait ? Buffer.from(filled(body.toString('latin1')), 'latin1') : body
  const bytes = Buffer.concat([Buffer.from(filled(head), 'latin1'), rest])
  return exchange(desk.cloud.url, bytes, { mayWait, isHead })
}

/** What came since this was asked last, each once. */
function since<T>(list: readonly T[]) {
  let seen = 0
  return () => {
    const news = list.slice(seen)
    seen += news.length
    return news
  }
}

function countStatus(seen: Record<number, number>, { status }: { readonly status: number }): void {
  seen[status] = (seen[status] ?? 0) + 1
}

/** Several at once: what one asks must not get into what another is answered. */
const requests = fc.array(fc.oneof({ weight: 60, arbitrary: anyRequest }, { weight: 1, arbitrary: noise }), {
  minLength: 1,
  maxLength: 8,
  size: 'max',
})

test(
  'no request brings anything undeclared to an upstream, a fault, a hang, or an answer that is not ours',
  patience,
  async () => {
    const { received } = desk.upstream
    const [newLines, newArrivals] = [since(desk.logs), since(received)]
    const tally = { sent: 0, answered: 0, waiting: 0 }
    const seen: Record<number, number> = {}
    await assertBounded(
      requests,
      async wires => {
        const caller = await newCaller(desk)
        const exchanged = await Promise.all(
          wires.map(async wire => ({ wire, ...(await send(wire, caller)) })),
        )
        for (const { wire, answers, hung } of exchanged) {
          expect(hung).toBe(false)
          for (const answer of answers) {
            countStatus(seen, answer)
            expectAnswer(answer, wire)
          }
          tally.sent += 1
          tally.answered += answers.length
          if (wire.mayWait) tally.waiting += 1
        }
        // All are looked at, also those that come later than their sender waited.
        for (const arrived of newArrivals()) expectDeclared(arrived)
        for (const line of newLines()) expectQuietLine(line)
      },
      0.5,
    )
    if (told) console.log({ ...tally, arrived: received.length, seen })
    // One request in, at most one out: nothing was smuggled behind another.
    expect(received.length).toBeLessThanOrEqual(tally.answered + tally.waiting)
    // Otherwise nothing of this would say much.
    expect(received.length).toBeGreaterThan(tally.sent / 20)
  },
)

test(
  'nor does any request with cookies, lists of headers, a form, text or bytes, where these are declared',
  patience,
  async () => {
    const { received } = small.upstream
    for (const { path, ...init } of goodSmallRequests) {
      expect([path, (await fetch(`${small.url}${path}`, init)).status]).toEqual([path, 200])
    }
    const before = received.length
    const [newLines, newArrivals] = [since(small.lines), since(received)]
    const seen: Record<number, number> = {}
    const arrived: Record<string, number> = {}
    let answered = 0
    let waiting = 0
    const some = fc.array(anySmallRequest, { minLength: 1, maxLength: 8, size: 'max' })
    await assertBounded(
      some,
      async wires => {
        const exchanged = await Promise.all(
          wires.map(async wire => {
            const bytes = Buffer.concat([Buffer.from(wire.head, 'latin1'), wire.body])
            return { wire, ...(await exchange(small.url, bytes, wire)) }
          }),
        )
        for (const { wire, answers, hung } of exchanged) {
          expect(hung).toBe(false)
          for (const answer of answers) {
            countStatus(seen, answer)
            expectAnswer(answer, wire)
          }
          answered += answers.length
          if (wire.mayWait) waiting += 1
        }
        for (const each of newArrivals()) {
          expectSmallDeclared(each)
          arrived[each.url] = (arrived[each.url] ?? 0) + 1
        }
        for (const line of newLines()) expectQuietLine(line)
      },
      0.5,
    )
    if (told) console.log({ answered, waiting, arrived, seen })
    expect(received.length - before).toBeLessThanOrEqual(answered + waiting)
    // Otherwise nothing of this would say much.
    expect(received.length - before).toBeGreaterThan(answered / 20)
  },
)

const routeAndAnswer = fc.oneof(
  ...Object.entries(good).map(([route, answer]) => fc.tuple(fc.constant(route), anyAnswer(answer))),
)

/** A good request, its upstream being what it is. */
async function ask(route: string, answer: RawAnswer, { token }: Caller) {
  hostile.answerWith(answer)
  const body = JSON.stringify({ title: deal.title, amount: deal.amount, currency: deal.currency })
  const lines = [
    `${route} HTTP/1.1`,
    ...['Host: localhost', `Authorization: Bearer ${token}`, 'Connection: close'],
    ...(route.startsWith('POST') ? ['Content-Type: application/json', `Content-Length: ${body.length}`] : []),
  ]
  const bytes = Buffer.from(`${lines.join('\r\n')}\r\n\r\n${route.startsWith('POST') ? body : ''}`)
  const { answers, hung } = await exchange(misled.cloud.url, bytes, { mayWait: false, isHead: false })
  expect([hung, answers.length]).toEqual([false, 1])
  for (const each of answers) expectDeclaredAnswer(route, each)
  return answers
}

test(
  'no answer of an upstream brings anything undeclared to a caller, a fault or a hang: it is declared, or 502 or 504',
  patience,
  async () => {
    const newLines = since(misled.logs)
    const seen: Record<number, number> = {}
    let [calls, caller] = [0, await newCaller(misled)]
    await assertBounded(routeAndAnswer, async ([route, answer]) => {
      if (calls++ % 40 === 39) caller = await newCaller(misled)
      for (const each of await ask(route, answer, caller)) countStatus(seen, each)
      for (const line of newLines()) expectQuietLine(line)
    })
    caller = await newCaller(misled)
    // Each takes the time-out that is declared, so they are waited for together.
    const waiting: Array<ReturnType<typeof ask>> = []
    for (const silence of silences) {
      const before = hostile.asked()
      waiting.push(ask('GET /deals', silence, caller))
      await vi.waitFor(() => expect(hostile.asked()).toBe(before + 1), { timeout: 5000 })
    }
    for (const answers of await Promise.all(waiting)) expect(answers).toMatchObject([{ status: 504 }])
    for (const line of newLines()) expectQuietLine(line)
    if (told) console.log({ calls, asked: hostile.asked(), seen })
    // Otherwise nothing of this would say much.
    expect(seen[200]).toBeGreaterThan(calls / 20)
    expect(seen[502]).toBeGreaterThan(calls / 20)
  },
)
