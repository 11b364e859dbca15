import type { Size } from 'aws-cdk-lib'
import type { DeclaredRoute } from '../../contract/declared-route.ts'
import type { Gate } from '../gate.ts'
import type { Access } from './access.ts'
import type { RouteInput } from './input.ts'
import type { RouteLimits } from './limits.ts'
import type { RouteOutput } from './output.ts'
import type { PathParameters, RouteTemplate } from './path-template.ts'
import type { Upstream } from './upstream.ts'

/** What every route declares, whatever its path. */
export interface RouteBase<Template extends string> {
  /** What answers: an upstream added with `addUpstream`, or one declared in place (which gets a gate of its own). */
  readonly upstream: Gate | Upstream
  /** Who may use the route. There is no default. */
  readonly access: Access<PathParameters<Template>>
  /** Overrides the API's limits; what is counted here is counted for this route alone. @default - the API's */
  readonly limits?: RouteLimits
  /** How many requests one of these counts as, in every limit: 1 to 1000. @default 1 */
  readonly cost?: number
  /**
   * What the upstream answers, by status: a schema, or `Output.json`, `.text`, `.bytes`, `.empty`. A status that is not declared,
   * or an answer that violates its schema, is a 502. Required but with `Upstream.stub` and a key set, which
   * declare their own answers.
   */
  readonly output?: RouteOutput
  /**
   * Hands the caller's access token on to the upstream, in `Authorization`. Only where there is `Access.token`.
   * Security: whoever has the token can speak as the caller, here and wherever else it counts; an upstream that only needs
   * to know who is calling has `sallyport-principal`, or a token of the gateway's own (`Credentials.gatewayToken`).
   * @default - the token ends at the second door
   */
  readonly forwardAuthorization?: {
    /** Why the upstream needs it, for whoever reads the contract. */
    readonly reason: string
  }
  /** Whether the names of inputs that are sent undeclared are logged; never their values. @default - the API's `logUndeclared` */
  readonly logUndeclared?: boolean
  /**
   * The largest body that is read, from 1 byte to 5 MiB. Beyond it the caller gets 413. Only where a body is declared.
   * @default Size.kibibytes(256)
   */
  readonly maxBody?: Size
}

export type RouteProps<Template extends RouteTemplate> = RouteBase<Template> &
  ([PathParameters<Template>] extends [never]
    ? { readonly input?: RouteInput<Template> }
    : { readonly input: RouteInput<Template> })

/** What the app adds to a route that was declared with `declareRoute`. */
export type AddedRouteProps = Pick<RouteBase<string>, 'upstream'>

/** What `addRoute` takes with a template, or with a route that is declared already. */
export type PropsOf<Declared extends RouteTemplate | DeclaredRoute> = Declared extends RouteTemplate
  ? RouteProps<Declared>
  : AddedRouteProps

export const routeOptions = [
  'upstream',
  'access',
  'input',
  'output',
  'limits',
  'cost',
  'maxBody',
  'forwardAuthorization',
  'logUndeclared',
] as const
