import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { essence } from '../../local/essence.ts'

describe.each(['app', 'my app'])('of the output of an app that failed, in a folder named "%s",', name => {
  let root: string
  let folder: string
  let file: string
  beforeAll(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'essence-')))
    folder = join(root, name)
    mkdirSync(folder)
    file = join(folder, 'app.mjs')
    writeFileSync(file, '\n\n  const x = (1 + ;\n')
  })
  afterAll(() => rmSync(root, { recursive: true, force: true }))

  it('a syntax error is shown with file, line and what stands there, as Node.js reports it', () => {
    const output = [
      `${pathToFileURL(file)}:3`,
      '  const x = (1 + ;',
      '                 ^',
      '',
      "SyntaxError: Unexpected token ';'",
      '    at compileSourceTextModule (node:internal/modules/esm/utils:319:16)',
      '',
      'Node.js v24.21.0',
    ]
    expect(essence(output.join('\n'), folder)).toBe(
      "  SyntaxError: Unexpected token ';'\n    at:      app.mjs:3\n    line:    const x = (1 + ;",
    )
  })

  it('a syntax error is shown with file, line and what stands there, as esbuild reports it', () => {
    const output = [
      'Error: Transform failed with 1 error:',
      `${file}:3:17: ERROR: Unexpected ";"`,
      '    at failureErrorWithLog (/somewhere/node_modules/esbuild/lib/main.js:1752:15)',
    ]
    expect(essence(output.join('\n'), folder)).toBe(
      '  Error: Transform failed with 1 error:\n  app.mjs:3:17: ERROR: Unexpected ";"\n    at:      app.mjs:3\n    line:    const x = (1 + ;',
    )
  })

  it('an error that was thrown is shown with the app’s own line, not the library’s, by URL or by path', () => {
    for (const place of [`(${file}:8:5)`, `${pathToFileURL(file)}:8:5`, `(${pathToFileURL(file)}:8:5)`]) {
      const output = [
        `${join(process.cwd(), 'lib/route.ts')}:138`,
        '    throw new DeclarationError({',
        '          ^',
        '',
        'DeclarationError: no access rule',
        '  fix:     say who may use this route',
        `    at checkAccess (${join(process.cwd(), 'lib/route.ts')}:138:11)`,
        `    at <anonymous> ${place}`,
      ]
      expect(essence(output.join('\n'), folder), place).toBe(
        '  no access rule\n    fix:     say who may use this route\n    at:      app.mjs:8',
      )
    }
  })

  it('an error that a module’s top level caused in the CDK is shown with its line, as the CDK writes it', () => {
    for (const place of [`${pathToFileURL(file)}:8 (:)`, `<anonymous> (${file}:8:5)`]) {
      const output = [
        '«ValidationFailedWithErrors» Validation failed with the following errors:',
        '  [S/Api] S/Api/Idle has no route',
        '    ...App.synth in aws-cdk-lib...',
        `    at ${place}`,
        '    ...node internals...',
      ]
      expect(essence(output.join('\n'), folder), place).toBe(
        '  Validation failed with the following errors:\n    [S/Api] S/Api/Idle has no route\n    at:      app.mjs:8',
      )
    }
  })
})
