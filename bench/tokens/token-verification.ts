import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runChild } from '../child-process.ts'
import { type Figure, figure, type Goal, type Report } from '../figure.ts'
import { median, quantile } from '../statistics.ts'
import { bundleVerification } from './bundle-verification.ts'

/** What the measuring process is told. */
export interface Task {
  /** File of the first door's verification, as it is deployed. */
  readonly bundle: string
  readonly algorithms: readonly MeasuredAlgorithm[]
}

const algorithms = ['RS256', 'ES256', 'EdDSA'] as const
export type MeasuredAlgorithm = (typeof algorithms)[number]

const peers = ['jose', 'aws-jwt-verify', 'fast-jwt'] as const
export type Peer = (typeof peers)[number]

/**
 * `hit`: tokens that were verified before. `first`: tokens never seen before, with the keys at hand. `cold`: by a new
 * verifier, which has yet to get the keys. Without a peer's name, it is ours.
 */
export type Subject = 'hit' | 'hit.fast-jwt' | 'first' | 'cold' | `first.${Peer}` | `cold.${Peer}`

/** Microseconds of each verification. */
export type Samples = Readonly<Record<Subject, readonly number[]>>

/**
 * How long one token takes to verify: remembered, seen for the first time, and by a verifier that has no keys yet, beside
 * jose, aws-jwt-verify and fast-jwt. What is asked of a token is the same for all: issuer, audience, algorithm and type.
 */
export async function tokenVerification(): Promise<Report> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'))
  try {
    const task: Task = { bundle: await bundleVerification(folder), algorithms }
    const measured = (await runChild(
      ['--import', 'tsx', fileURLToPath(new URL('measure.ts', import.meta.url)), JSON.stringify(task)],
      process.env as Record<string, string>,
    )) as Record<MeasuredAlgorithm, Samples>
    return {
      title: 'Verifying a token',
      baseline: 'jose; a hit, against the fastest of the three on a token it has not seen',
      figures: algorithms.flatMap(algorithm => figuresOf(`tokens.${algorithm}`, measured[algorithm])),
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function figuresOf(name: string, samples: Samples): Figure[] {
  const fastest = peers.reduce((best, peer) =>
    median(samples[`first.${peer}`]) < median(samples[`first.${best}`]) ? peer : best,
  )
  const rows = (subject: Subject, against: Subject, goal?: Goal) => [
    figure(`${name}.${subject}.p50`, median(samples[subject]), 'µs', {
      baseline: median(samples[against]),
      goal,
    }),
    figure(`${name}.${subject}.p99`, quantile(samples[subject], 0.99), 'µs', {
      baseline: quantile(samples[against], 0.99),
    }),
  ]
  return [
    ...rows('hit', `first.${fastest}`, { of: 'ratio', atMost: 0.1 }),
    ...rows('hit.fast-jwt', `first.${fastest}`),
    ...rows('first', 'first.jose', { of: 'ratio', atMost: 1.3 }),
    ...rows('first.aws-jwt-verify', 'first.jose'),
    ...rows('first.fast-jwt', 'first.jose'),
    ...rows('cold', 'cold.jose'),
    ...rows('cold.aws-jwt-verify', 'cold.jose'),
    ...rows('cold.fast-jwt', 'cold.jose'),
  ]
}
