import { setImmediate } from 'node:timers/promises'

/** The value below which `share` (0 to 1) of the samples lie: the nearest rank. */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b)
  const found = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]
  if (found === undefined) throw new TypeError('there are no samples')
  return found
}

export const median = (samples: readonly number[]): number => quantile(samples, 0.5)

/**
 * Takes one sample of every subject in each round, so that whatever else the machine does falls on all alike. The order is
 * drawn anew for each round: in a fixed one, the same subject would always follow the heaviest and pay for what that
 * leaves behind (cold caches, output on its way). The first rounds may be dropped as warm-up.
 */
export async function interleaved<Name extends string, Sample = number>(
  subjects: Readonly<Record<Name, () => Promise<Sample>>>,
  rounds: number,
  warmUp = 0,
): Promise<Record<Name, Sample[]>> {
  const names = Object.keys(subjects) as Name[]
  const samples = Object.fromEntries(names.map(name => [name, [] as Sample[]])) as Record<Name, Sample[]>
  for (let round = 0; round < warmUp + rounds; round += 1) {
    for (const name of shuffled(names)) {
      await setImmediate()
      const sample = await subjects[name]()
      if (round >= warmUp) samples[name].push(sample)
    }
  }
  return samples
}

const shuffled = <T>(values: readonly T[]): T[] =>
  values
    .map(value => ({ value, place: Math.random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ value }) => value)
