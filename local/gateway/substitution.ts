import { describe, UnsupportedTemplateError } from '../unsupported.ts'
import { contextVariable, type Variable } from './context.ts'
import type { Exchange } from './exchange.ts'
import { lastValue } from './values.ts'

/** A text with its variables filled in. */
export type Template = (exchange: Exchange) => string

export interface TemplateOptions {
  /** What an absent variable is shown as. */
  absent: string
  /** Finds a variable by its name without `$`. @throws UnsupportedTemplateError when there is none */
  lookUp: (name: string, place: string) => Variable
}

/**
 * Compiles `$name.of.variable` substitution, which is all there is: neither access logs nor gateway responses are VTL, and
 * nothing is escaped (platform-facts §5.3), so a value can break out of the JSON around it here exactly as it can in AWS.
 * @throws UnsupportedTemplateError for an unknown variable and for `${…}`
 */
export function compileTemplate(text: string, place: string, options: TemplateOptions): Template {
  if (/\$[!{]/.test(text)) {
    throw new UnsupportedTemplateError(place, `'\${…}' and '$!…' are not supported; write $context.name`)
  }
  const pieces: Template[] = []
  let end = 0
  for (const found of text.matchAll(/\$([A-Za-z]\w*(?:[.-]\w+)*)/g)) {
    const literal = text.slice(end, found.index)
    const variable = options.lookUp(found[1] ?? '', place)
    pieces.push(
      () => literal,
      exchange => variable(exchange) ?? options.absent,
    )
    end = found.index + found[0].length
  }
  const rest = text.slice(end)
  return exchange => pieces.map(piece => piece(exchange)).join('') + rest
}

/** `context.<name>` only: what an access log may use. */
export function lookUpContext(name: string, place: string): Variable {
  if (name.startsWith('context.')) return contextVariable(name.slice('context.'.length), place)
  throw new UnsupportedTemplateError(place, `$${name} is not supported; supported: $context.<name>`)
}

/** What a gateway response may use: `context.`, `stageVariables.` and `method.request.{header,querystring,path}.` */
export function lookUpForResponse(name: string, place: string): Variable {
  if (name.startsWith('context.')) return contextVariable(name.slice('context.'.length), place)
  // A stage with variables is refused before this, so they are all absent.
  if (/^stageVariables\.\w+$/.test(name)) return () => undefined
  const [, source, parameter] = /^method\.request\.(header|querystring|path)\.(.+)$/.exec(name) ?? []
  if (parameter !== undefined) {
    if (source === 'header') return exchange => lastValue(exchange.request.headers, parameter)
    if (source === 'querystring') return exchange => lastValue(exchange.request.query, parameter)
    return exchange => exchange.match?.pathParameters.get(parameter)
  }
  throw new UnsupportedTemplateError(
    place,
    `${describe(name)} is not supported; supported: context.<name>, stageVariables.<name>, method.request.{header,querystring,path}.<name>`,
  )
}
