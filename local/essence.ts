import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

interface Place {
  readonly file: string
  readonly line: number
}

/**
 * Of a failed command's output: the error's own text, and the place in the app that caused it, if that can be told; for what
 * cannot even be read as a program also the line that stands there. Indented; files of `folder` are named relative to it.
 */
export function essence(output: string, folder: string): string {
  const lines = output
    .split('\n')
    .filter(line => !isNoise(line))
    .map(plainPaths)
    .join('\n')
    .trim()
    .split('\n')
  const start = lines.findIndex(line => /^(?:«\w+» |\w*Error\b.*: )/.test(line))
  if (start < 0) return indent(lines.slice(-30))
  const frames = lines.findIndex((line, i) => i > start && isFrame(line))
  const text = lines.slice(start, frames < 0 ? start + 30 : frames)
  const thrown = placeOfThrow(lines.slice(start), folder)
  const unreadable = thrown ? undefined : placeOfSyntax(lines.slice(0, start), text)
  const place = thrown ?? unreadable
  const source = unreadable && sourceLine(unreadable)
  const [first = '', ...rest] = text
  const relative = (line: string) => line.replaceAll(`${folder}/`, '')
  return indent(
    [
      first.replace(/^(?:«\w+»|(?:Declaration|Validation)Error:) /, ''),
      ...rest.filter(line => line.trim() !== ''),
      ...(place ? [`  at:      ${place.file}:${place.line}`] : []),
      ...(source ? [`  line:    ${source}`] : []),
    ].map(relative),
  )
}

/** The innermost frame in the app's own files. */
function placeOfThrow(lines: readonly string[], folder: string): Place | undefined {
  const own = lines.find(line => isFrame(line) && line.includes(`${folder}/`) && !isOurs(line))
  return own === undefined
    ? undefined
    : placeIn(/(\/.*?):(\d+)(?::\d+\)?| \(:\))$/, own.slice(own.indexOf(`${folder}/`)))
}

/** What Node.js prints above a syntax error (`/app.mjs:3`), or esbuild in its text (`/app.ts:3:14: ERROR: …`). No frame has it. */
function placeOfSyntax(above: readonly string[], text: readonly string[]): Place | undefined {
  const header = above.find(line => /^\/.*:\d+$/.test(line) && !isOurs(line))
  return header === undefined
    ? placeIn(/^(\/.*?):(\d+):\d+: ERROR: /, text.find(line => / ERROR: /.test(line)) ?? '')
    : placeIn(/^(\/.*):(\d+)$/, header)
}

function placeIn(pattern: RegExp, text: string): Place | undefined {
  const [, file, line] = pattern.exec(text) ?? []
  return file === undefined ? undefined : { file, line: Number(line) }
}

const sourceLine = ({ file, line }: Place): string | undefined =>
  existsSync(file) ? readFileSync(file, 'utf8').split('\n')[line - 1]?.trim().slice(0, 200) : undefined

// The CDK shortens its stacks to lines such as `...node internals...`; a module's top level it writes as `at file:///app.mjs:3 (:)`.
const isFrame = (line: string) => /^\s+(?:at |\.{3}\S.*\.{3}$)/.test(line)

// What Node.js itself adds around an error that nobody caught.
const isNoise = (line: string) =>
  /^(?:node:internal\/|\s+triggerUncaughtException\(|\s+\^$|Node\.js v\d|\(Use `node --trace-)/.test(line)

/** Modules are named by URL (`file:///my%20app/app.ts`), everything else by path. */
function plainPaths(line: string): string {
  return line.replace(/file:\/\/\/[^\s()'"]+/g, url => {
    try {
      const [, name = url, position = ''] = /^(.*?)((?::\d+)*)$/.exec(url) ?? []
      return fileURLToPath(name) + position
    } catch {
      return url
    }
  })
}

// The library's own frames say nothing to someone whose declaration is wrong.
const library = fileURLToPath(new URL('../lib/', import.meta.url))
const isOurs = (line: string) => line.includes('/node_modules/') || line.includes(library)

const indent = (lines: readonly string[]) => lines.map(line => `  ${line}`).join('\n')
