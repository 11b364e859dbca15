import Table from 'cli-table3'
import type { RouteSummary } from '../local/routes.ts'
import { paint } from './paint.ts'

const places = { path: 'path', query: 'query', headers: 'header', cookies: 'cookie', body: 'body' } as const

/** The declared routes for a terminal. Public ones stand out: they are what anyone can reach. */
export function routeTable(routes: readonly RouteSummary[], stream: NodeJS.WriteStream): string {
  const table = new Table({
    head: ['METHOD', 'PATH', 'ACCESS', 'LIMIT', 'INPUT', 'UPSTREAM'].map(title =>
      paint('dim', title, stream),
    ),
    chars: noBorders,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2, compact: true },
  })
  for (const { method, path, access, limits, inputs, upstream } of routes) {
    table.push([
      paint('bold', method, stream),
      path,
      access === 'public' ? paint('yellow', access, stream) : access.replaceAll(', ', '\n'),
      limits?.replace(' per user', '') ?? '',
      inputText(inputs),
      upstream.replace('https://', ''),
    ])
  }
  return table.toString()
}

const inputText = (inputs: RouteSummary['inputs']): string =>
  Object.entries(places)
    .flatMap(([place, word]) => {
      const names = inputs[place as keyof typeof places]
      return names.length > 0 ? [`${word} ${names.join(', ')}`] : []
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
