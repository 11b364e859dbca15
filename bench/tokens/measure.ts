import { writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { interleaved } from '../statistics.ts'
import { type BenchIssuer, createIssuer } from './issuer.ts'
import type { MeasuredAlgorithm, Samples, Subject, Task } from './token-verification.ts'
import { cachingPeer, coldPeers, declarationOf, type Verify, warmPeers } from './verifiers.ts'

// One process for all, so that none has a machine to itself. Samples in microseconds go to descriptor 3.
const task = JSON.parse(process.argv[2] ?? '') as Task
const { createVerification } = (await import(
  pathToFileURL(task.bundle).href
)) as typeof import('./verification.ts')

const rounds = 100
const warmUp = 20
/** Verifications in one go: after a pause the first few find cold caches, which is most of what a hit would be measured by. */
const batch = 50
/** As many as the first door remembers, so that whatever a full memory costs is paid. */
const remembered = 1000
const coldBatch = 5

const measured: Partial<Record<MeasuredAlgorithm, Samples>> = {}
for (const algorithm of task.algorithms) measured[algorithm] = await measure(await createIssuer(algorithm))
writeFileSync(3, JSON.stringify(measured))
process.exit(0)

async function measure(issuer: BenchIssuer): Promise<Samples> {
  const old = await issuer.sign(remembered)
  const fresh = await issuer.sign((rounds + warmUp) * batch)
  const ours = () => createVerification(declarationOf(issuer), issuer.fetch)
  const remembering = { ours: ours(), 'fast-jwt': cachingPeer(issuer) }
  const warm = { ours: ours(), ...(await warmPeers(issuer)) }
  const cold = { ours: (token: string) => ours()(token), ...coldPeers(issuer) }
  for (const verifiers of [remembering, warm, cold])
    for (const verify of Object.values(verifiers)) await refusesForgeries(verify, old)
  for (const token of old) {
    const verified = await remembering.ours(token)
    if (verified !== (await remembering.ours(token))) throw new Error('a verified token is not remembered')
    await remembering['fast-jwt'](token)
  }

  const subjects: Record<Subject, () => Promise<number[]>> = {
    hit: inBatches(remembering.ours, old, batch),
    'hit.fast-jwt': inBatches(remembering['fast-jwt'], old, batch),
    first: inBatches(warm.ours, fresh, batch),
    'first.jose': inBatches(warm.jose, fresh, batch),
    'first.aws-jwt-verify': inBatches(warm['aws-jwt-verify'], fresh, batch),
    'first.fast-jwt': inBatches(warm['fast-jwt'], fresh, batch),
    cold: inBatches(cold.ours, old, coldBatch),
    'cold.jose': inBatches(cold.jose, old, coldBatch),
    'cold.aws-jwt-verify': inBatches(cold['aws-jwt-verify'], old, coldBatch),
    'cold.fast-jwt': inBatches(cold['fast-jwt'], old, coldBatch),
  }
  const samples = await interleaved(subjects, rounds, warmUp)
  return Object.fromEntries(
    Object.entries(samples).map(([subject, batches]) => [subject, batches.flat()]),
  ) as Record<Subject, number[]>
}

/** The tokens in turn, so many in one go, each timed on its own. */
function inBatches(verify: Verify, tokens: readonly string[], size: number) {
  let next = 0
  return async () => {
    const times: number[] = []
    for (let i = 0; i < size; i += 1) {
      const token = tokens[next++ % tokens.length] ?? ''
      const startedAt = performance.now()
      const result = verify(token)
      // A verifier that answers at once need not be waited for.
      if (result instanceof Promise) await result
      times.push((performance.now() - startedAt) * 1000)
    }
    return times
  }
}

/** A verifier that was set up wrong could be fast by checking nothing. */
async function refusesForgeries(verify: Verify, [one = '', other = '']: readonly string[]): Promise<void> {
  const forged = [...one.split('.').slice(0, 2), other.split('.')[2]].join('.')
  const refused = await Promise.resolve(forged)
    .then(verify)
    .then(
      () => false,
      () => true,
    )
  if (!refused) throw new Error('a forged token was accepted')
}
