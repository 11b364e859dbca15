import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it, onTestFinished } from 'vitest'

const run = promisify(execFile)
const folder = import.meta.dirname

/** What the compiler says of a project; nothing when it compiles. */
async function compile(project: string): Promise<string> {
  try {
    await run('node_modules/.bin/tsc', ['-p', project])
    return ''
  } catch (error) {
    return (error as { stdout: string }).stdout
  }
}

it('compiles what must compile, and refuses every single line that must not', async () => {
  expect(await compile(folder)).toBe('')
})

it.each(['must-not-compile.ts', 'must-not-compile-functions.ts'])(
  'notices a line of %s that would suddenly compile',
  async file => {
    const inner = mkdtempSync(join(folder, '.check-'))
    onTestFinished(() => rmSync(inner, { recursive: true, force: true }))
    const source = readFileSync(join(folder, file), 'utf8')
    const guarantees = source.match(/\/\/ @ts-expect-error/g)?.length
    writeFileSync(join(inner, 'tsconfig.json'), '{ "extends": "../tsconfig.json", "include": ["*.ts"] }')
    writeFileSync(
      join(inner, 'loose.ts'),
      source.replaceAll(/from 'sallyport(?:\/middleware)?'/g, "from './library.ts'"),
    )
    // A library whose every type is the loosest there is.
    const names = [
      'Access',
      'ClientAddress',
      'Duration',
      'Endpoint',
      'Issuer',
      'Limit',
      'Output',
      'Upstream',
      'ZeroTrustApi',
      'declareRoute',
    ]
    writeFileSync(
      join(inner, 'library.ts'),
      [
        ...names.map(name => `// biome-ignore lint: loose on purpose\nexport const ${name}: any = undefined`),
        'export type Gate = any',
        'export type ZeroTrustApi = any',
        'export type AnswerOf<_> = any',
        'export type RequestOf<_> = any',
        'export const byRoute = <_>(_: unknown): unknown => undefined',
      ].join('\n'),
    )
    const unused = (await compile(inner)).match(/TS2578/g)?.length
    expect(unused).toBe(guarantees)
  },
)
