import Table from 'cli-table3'
import type { ListedRoute } from '../local/routes.ts'
import { paint } from './paint.ts'

const places = { path: 'path', query: 'query', headers: 'header', cookies: 'cookie', body: 'body' } as const

/** The declared routes for a terminal. Public ones stand out: they are what anyone can reach. */
export function routeTable(routes: readonly ListedRoute[], stream: NodeJS.WriteStream): string {
  const table = new Table({
    head: ['METHOD', 'PATH', 'ACCESS', 'LIMIT', 'INPUT', 'UPSTREAM'].map(title =>
      paint('dim', title, stream),
    ),
    chars: noBorders,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2, compact: true },
  })
  for (const route of routes) {
    const { method, path, access, asks, inputs, upstream } = route
    table.push([
      paint('bold', method, stream),
      path,
      access === 'public' ? paint('yellow', access, stream) : asks.flatMap(partLines).join('\n') || access,
      limitCell(route, stream),
      inputText(inputs),
      upstream.replace('https://', ''),
    ])
  }
  return table.toString().replace(/ +$/gm, '')
}

// Wider than this, a cell goes on in the next line.
const widest = 48

function partLines({ what, anyOf }: ListedRoute['asks'][number]): string[] {
  if (what === 'rule') return ruleLines(anyOf.join())
  const names = what === 'issuer' ? anyOf.map(issuer => issuer.replace('https://', '')) : anyOf
  return filled(what, names, { end: '', start: 'or ' })
}

/** What a request counts against. What takes a limit away stands out, as a public route does. */
function limitCell({ limits, cost, without, openWithoutStore }: ListedRoute, stream: NodeJS.WriteStream) {
  const unsafe = [
    ...Object.entries(without).map(([layer, reason]) => `unsafe, none by ${layer}: ${reason}`),
    ...(openWithoutStore === null ? [] : [`unsafe, open without store: ${openWithoutStore}`]),
  ]
  return [
    ...[...limits, ...(cost > 1 ? [`counts as ${cost}`] : [])].flatMap(broken),
    ...unsafe.flatMap(broken).map(line => paint('yellow', line, stream)),
  ].join('\n')
}

/** As written, but for how its lines begin. */
const ruleLines = (rule: string): string[] => broken(`rule ${rule}`)

const broken = (text: string): string[] =>
  text
    .split('\n')
    .flatMap(line => line.trim().match(new RegExp(`.{1,${widest}}(?: |$)|[^ ]+ ?`, 'g')) ?? [])
    .map(indentFurther)

/** Values in as few lines as they fit in, with something where one line ends, or the next one starts. */
function filled(what: string, values: readonly string[], { end, start }: { end: string; start: string }) {
  const lines: string[] = []
  for (const value of values) {
    const last = lines.pop()
    const longer = last === undefined ? `${what} ${value}` : `${last}${end} ${start}${value}`
    if (last === undefined || longer.length <= widest) lines.push(longer)
    else lines.push(last + end, start + value)
  }
  return lines.map(indentFurther)
}

const indentFurther = (line: string, place: number) => (place === 0 ? line : `  ${line}`)

const inputText = (inputs: ListedRoute['inputs']): string =>
  Object.entries(places)
    .flatMap(([place, word]) => {
      const names = inputs[place as keyof typeof places]
      return filled(word, names, { end: ',', start: '' })
    })
    .join('\n')

const noBorders = Object.fromEntries(
  ['top', 'bottom', 'left', 'right', 'mid', 'middle']
    .flatMap(edge => [
      edge,
      `${edge}-mid`,
      `${edge}-left`,
      `${edge}-right`,
      `top-${edge}`,
      `bottom-${edge}`,
      `${edge}-mid`,
    ])
    .map(name => [name, '']),
)
