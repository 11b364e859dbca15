import { execFileSync } from 'node:child_process'
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

// Below node_modules, so that packages are found as a reader's would be.
let folder: string
beforeAll(() => {
  mkdirSync('node_modules/.cache', { recursive: true })
  folder = mkdtempSync('node_modules/.cache/docs-')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const pages = ['README.md', ...globSync('docs/**/*.md')]

test('all TypeScript in the README and docs/ compiles against the library', () => {
  const blocks = pages.flatMap(page =>
    [...readFileSync(page, 'utf8').matchAll(/```ts\n(.*?)```/gs)].map((match, i) => {
      const code = match[1] as string
      // A block that says which file it is can be imported by others of its page.
      const file = /^\/\/ (\w[\w-]*\.ts)\n/.exec(code)?.[1] ?? `${i}.ts`
      return { folder: page.replaceAll('/', '-'), file, code }
    }),
  )
  expect(blocks.length).toBeGreaterThan(0)
  for (const { folder: inner, file, code } of blocks) {
    mkdirSync(join(folder, inner), { recursive: true })
    writeFileSync(join(folder, inner, file), code)
  }
  const config = {
    extends: join(process.cwd(), 'tsconfig.json'),
    compilerOptions: { noUnusedLocals: false },
    include: ['**/*.ts'],
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
  expect(said(() => execFileSync('npx', ['tsc', '-p', folder], { encoding: 'utf8' }))).toBe('')
})

/** What a failing compiler says, on stdout. */
function said(run: () => string): string {
  try {
    return run()
  } catch (error) {
    return (error as { stdout: string }).stdout
  }
}
