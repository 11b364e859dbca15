import { RefusedTemplateError } from '../unsupported.ts'

/** One segment of a path template. */
export type Segment =
  | { kind: 'literal'; text: string }
  | { kind: 'parameter'; name: string }
  | { kind: 'greedy'; name: string }

/**
 * Reads a path template such as `/deals/{dealId}` or `/files/{path+}`; `/` has no segments.
 * @throws RefusedTemplateError for what CreateResource refuses (platform-facts §5.7)
 */
export function readPathTemplate(template: string): Segment[] {
  const place = `paths.${template}`
  if (!template.startsWith('/')) throw new RefusedTemplateError(place, 'a path starts with /')
  if (template === '/') return []
  const segments = template
    .slice(1)
    .split('/')
    .map(text => readSegment(text, place))
  refuseChildOfGreedy(segments, place)
  refuseRepeatedName(segments, place)
  return segments
}

/** The names of the parameters of a template, in order. */
export function parameterNames(segments: readonly Segment[]): string[] {
  return segments.flatMap(segment => (segment.kind === 'literal' ? [] : [segment.name]))
}

function readSegment(text: string, place: string): Segment {
  const variable = /^\{([A-Za-z0-9._-]+)(\+?)\}$/.exec(text)
  const name = variable?.[1]
  if (name !== undefined)
    return variable?.[2] === '+' ? { kind: 'greedy', name } : { kind: 'parameter', name }
  if (/^[A-Za-z0-9._,:-]+$/.test(text)) return { kind: 'literal', text }
  throw new RefusedTemplateError(
    place,
    `AWS refuses the path part '${text}': it may hold a-z, A-Z, 0-9 and . _ - , : or be one {name} or {name+}`,
  )
}

function refuseChildOfGreedy(segments: readonly Segment[], place: string): void {
  if (segments.slice(0, -1).some(segment => segment.kind === 'greedy')) {
    throw new RefusedTemplateError(
      place,
      'Cannot create a child of a resource with a greedy path variable; end the path at {name+}',
    )
  }
}

function refuseRepeatedName(segments: readonly Segment[], place: string): void {
  const names = parameterNames(segments)
  const repeated = names.find((name, index) => names.indexOf(name) !== index)
  if (repeated !== undefined) {
    throw new RefusedTemplateError(place, `the path parameter '${repeated}' occurs twice; rename one of them`)
  }
}
