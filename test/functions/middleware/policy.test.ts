import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { policyFolder } from '../../../contract/policy-package.ts'
import { loadPolicy } from '../../../functions/middleware/policy.ts'
import { manifest } from '../gate/parts.ts'

/** A layer with this manifest, as a function's `require` finds it. */
function layerWith(files: Readonly<Record<string, string>>) {
  const opt = mkdtempSync(join(tmpdir(), 'sallyport-layer-'))
  onTestFinished(() => rmSync(opt, { recursive: true, force: true }))
  mkdirSync(join(opt, policyFolder), { recursive: true })
  for (const [name, text] of Object.entries(files)) writeFileSync(join(opt, policyFolder, name), text)
  return createRequire(join(opt, 'nodejs/'))
}
const validators = 'export const validators = {}, outputs = {}'
const direct = { ...manifest, upstream: { kind: 'direct' } }

test('a policy is read from its layer, its ES modules too', () => {
  const require = layerWith({ 'manifest.json': JSON.stringify(direct), 'validators.mjs': validators })
  expect(loadPolicy(require)).toEqual({ manifest: direct, validators: {}, outputs: {} })
})

test.each<[string, Record<string, string>, RegExp]>([
  ['that is not there', {}, /this function has no policy/],
  ['of a gate', { 'manifest.json': JSON.stringify(manifest) }, /is that of a gate/],
  ['with a word too many', { 'manifest.json': JSON.stringify({ ...direct, more: 1 }) }, /no member "more"/],
  ['without validators', { 'manifest.json': JSON.stringify(direct) }, /this function has no policy/],
  [
    'whose validators do not load',
    { 'manifest.json': JSON.stringify(direct), 'validators.mjs': 'export const = 1' },
    /Unexpected token/,
  ],
])('a policy %s stops the function at load', (_, files, message) => {
  expect(() => loadPolicy(layerWith(files))).toThrow(message)
})
