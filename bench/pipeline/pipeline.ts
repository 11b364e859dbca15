import { type Figure, figure, type Goal, type Report } from '../figure.ts'
import { median, quantile } from '../statistics.ts'
import type { StepTimes } from './timed-steps.ts'
import { measuredBy } from './typical-gate.ts'

export interface Batch {
  /** Microseconds of each request. */
  readonly times: readonly number[]
  /** Microseconds of CPU time for one request, on average. */
  readonly cpu: number
}

type Subject = 'ours' | 'middy'

export interface Samples {
  readonly whole: Readonly<Record<Subject, readonly Batch[]>>
  /** Of each request in each round. */
  readonly steps: ReadonlyArray<readonly StepTimes[]>
  /** Bytes that one request writes to the log. */
  readonly logged: Readonly<Record<Subject, number>>
}

/**
 * What the gate's pipeline costs for a typical route, without a network: the upstream and the table of counters answer
 * from memory. Beside it, middy with its own middlewares and those of Powertools, which do less (see middy-peer.ts).
 */
export async function pipelineCost(): Promise<Report> {
  const samples = (await measuredBy(new URL('measure.ts', import.meta.url))) as Samples
  return {
    title: 'The pipeline of the second door, for 2 KB in and 4 KB out',
    baseline: 'middy with its own middlewares, doing less; steps, against the whole',
    figures: [...wholeFigures(samples), ...stepFigures(samples)],
  }
}

const timesOf = (batches: readonly Batch[]) => batches.flatMap(({ times }) => times)
export const cpuOf = (batches: readonly Batch[]) => median(batches.map(({ cpu }) => cpu))

function wholeFigures({ whole, logged }: Samples): Figure[] {
  const rows = (name: Subject, goals: { readonly p50?: Goal; readonly ratio?: Goal } = {}) => {
    const row = (part: string, of: (batches: readonly Batch[]) => number, goal?: Goal) =>
      figure(`pipeline.${name}.${part}`, of(whole[name]), 'µs', { baseline: of(whole.middy), goal })
    return [
      row('p50', batches => median(timesOf(batches)), goals.p50),
      row('p99', batches => quantile(timesOf(batches), 0.99)),
      row('cpu', cpuOf, goals.ratio),
      figure(`pipeline.${name}.logged`, logged[name], 'bytes', { baseline: logged.middy }),
    ]
  }
  return [
    ...rows('ours', { p50: { of: 'value', atMost: 150 }, ratio: { of: 'ratio', atMost: 1 } }),
    ...rows('middy'),
  ]
}

function stepFigures({ steps, whole }: Samples): Figure[] {
  const requests = steps.flat()
  const all = median(timesOf(whole.ours))
  const mediansOf = (kind: keyof StepTimes) =>
    Object.keys(requests[0]?.[kind] ?? {}).map(
      name => [name, median(requests.map(times => times[kind][name] ?? 0))] as const,
    )
  const row =
    (kind: string) =>
    ([name, value]: readonly [string, number]) =>
      figure(`pipeline.${kind}.${name}.p50`, value, 'µs', { baseline: all })
  return [...mediansOf('steps').map(row('step')), ...mediansOf('parts').map(row('part'))]
}
