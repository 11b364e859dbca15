import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Template } from '../local/assemblies.ts'

/** Has every function of an assembly write an audit trail, and whatever else is done to its manifest. Changes the assembly. */
export function writeAuditTrail(
  assembly: string,
  key: string,
  change: (manifest: Record<string, unknown>) => void = () => {},
): void {
  for (const path of readdirSync(assembly, { recursive: true, encoding: 'utf8' })) {
    const file = join(assembly, path)
    if (basename(path) === 'manifest.json' && path.includes('asset.')) {
      const manifest = read<Record<string, unknown>>(file)
      if (!String(manifest.format).startsWith('sallyport/')) continue
      manifest.audit = true
      change(manifest)
      writeFileSync(file, JSON.stringify(manifest))
    } else if (path.endsWith('.template.json')) {
      const template = read<Template>(file)
      for (const { Type, Properties } of Object.values(template.Resources)) {
        if (Type !== 'AWS::Lambda::Function' || !Properties) continue
        const { Variables } = Object(Properties.Environment)
        Properties.Environment = { Variables: { ...Variables, AUDIT_KEY: key } }
      }
      writeFileSync(file, JSON.stringify(template))
    }
  }
}

const read = <T>(file: string): T => JSON.parse(readFileSync(file, 'utf8')) as T
