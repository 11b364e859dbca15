import { globSync, readFileSync, writeFileSync } from 'node:fs'
import type { GateManifest } from '../../../contract/gate-manifest.ts'
import type { Assemblies } from '../../local/assemblies.ts'

/** The same app whose upstreams may fail as often as they like: a breaker would let hardly any of their answers be seen. */
export function withoutBreakers(assembly: string, { patch }: Assemblies): string {
  const copy = patch(assembly, 'DealDesk', () => {})
  for (const file of globSync(`${copy}/asset.*/manifest.json`)) {
    const manifest = JSON.parse(readFileSync(file, 'utf8')) as GateManifest
    const { upstream } = manifest
    if (upstream?.kind !== 'http') continue
    const resilience = { ...upstream.resilience, breaker: null }
    writeFileSync(file, JSON.stringify({ ...manifest, upstream: { ...upstream, resilience } }))
  }
  return copy
}
