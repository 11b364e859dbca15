import type { DeclaredRoute, Principal, RouteRequest, UnsafeAnswer } from '../../contract/declared-route.ts'
import type { Access, AccessKind } from './access.ts'
import type { Body } from './body.ts'
import { checkOptions } from './checks.ts'
import type { RouteInput } from './input.ts'
import type { Output, RouteOutput, UnsafeAnyOutput } from './output.ts'
import { type PathParameters, parseTemplate, type RouteTemplate } from './path-template.ts'
import { type RouteBase, routeOptions } from './route-props.ts'
import type { Flat, JsonValue, Parameters, WithBody } from './values.ts'

/** All of a route but what stands behind it. */
export type SharedRouteProps<
  Template extends RouteTemplate,
  Kind extends AccessKind,
  Input,
  Answers,
  Forwarded,
> = Omit<RouteBase<Template>, 'upstream' | 'access' | 'output' | 'forwardAuthorization'> & {
  readonly access: Access<PathParameters<Template>, Kind>
  readonly output: Answers
  /** See {@link RouteBase.forwardAuthorization}; a function with a door of its own finds the token in `headers.authorization`. */
  readonly forwardAuthorization?: Forwarded
} & ([PathParameters<Template>] extends [never] ? { readonly input?: Input } : { readonly input: Input })

/**
 * Declares a route once, for the app and for the function that serves it: the app adds it,
 * `api.addRoute(getOrder, { upstream })`, and the function takes its types, `import type { getOrder }`, so that of this file
 * nothing gets into its bundle. Its schemas are checked where it is added. Throws `DeclarationError` for a template that is
 * none, and for options that are not known.
 */
export function declareRoute<
  const Template extends RouteTemplate,
  Kind extends AccessKind,
  const Answers extends RouteOutput,
  const Input extends RouteInput<Template> = NoInput<Template>,
  const Forwarded extends { readonly reason: string } | undefined = undefined,
>(
  template: Template,
  props: SharedRouteProps<Template, Kind, Input & NoMore<Input, Template>, Answers, Forwarded>,
): DeclaredRoute<Template, RequestFor<Template, Kind, Input, Forwarded>, AnswerFor<Answers>> {
  const at = `declareRoute "${template}"`
  parseTemplate(at, template)
  checkOptions(
    at,
    props,
    routeOptions.filter(option => option !== 'upstream'),
  )
  return new RouteDeclaredOnce(template, props)
}

/** What {@link declareRoute} makes. */
export class RouteDeclaredOnce<Template extends RouteTemplate = RouteTemplate>
  implements DeclaredRoute<Template, never, never>
{
  readonly template: Template
  readonly props: object

  constructor(template: Template, props: object) {
    this.template = template
    this.props = props
  }
}

type NoInput<Template extends RouteTemplate> = RouteInput<Template> & Record<never, never>

/** Inference takes in what is not known; here it is refused. */
type NoMore<Input, Template extends RouteTemplate> = Only<Input, RouteInput<Template>> & {
  readonly path?: Only<Of<Input, 'path'>, Record<PathParameters<Template>, unknown>>
}
type Only<Given, Known> = { readonly [Name in Exclude<keyof Given, keyof Known>]: never }

type RequestFor<Template extends string, Kind extends AccessKind, Input, Forwarded> = RouteRequest<
  Template,
  {
    readonly path: Parameters<Of<Input, 'path'>>
    readonly query: Parameters<Of<Input, 'query'>>
    readonly headers: Flat<
      Parameters<LowerCase<Of<Input, 'headers'>>> &
        (Forwarded extends object ? { readonly authorization: string } : unknown)
    >
    readonly cookies: Parameters<Of<Input, 'cookies'>>
    readonly body: BodyValue<Input>
  },
  Kind extends 'public' ? null : Principal
>

/** What is declared of a place; nothing, where nothing is. */
type Of<Input, Place extends string> = Input extends { readonly [Name in Place]: infer Declared }
  ? Declared
  : Record<never, never>

type LowerCase<Schemas> = { readonly [Name in keyof Schemas as Lowercase<Name & string>]: Schemas[Name] }

type BodyValue<Input> = Input extends { readonly body: infer Declared }
  ? Declared extends Body<infer Value>
    ? Value
    : JsonValue<Declared>
  : undefined

type AnswerFor<Answers> = Answers extends UnsafeAnyOutput
  ? UnsafeAnswer
  : {
      [Status in keyof Answers]: Status extends number
        ? Flat<{ readonly status: Status } & AnswerIn<Answers[Status]>>
        : never
    }[keyof Answers]

type AnswerIn<Declared> =
  Declared extends Output<infer Answer> ? Answer : WithBody<JsonValue<Declared>, never, never>
