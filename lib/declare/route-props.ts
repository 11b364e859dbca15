import type { Size } from 'aws-cdk-lib'
import type { Gate } from '../gate.ts'
import type { Access } from './access.ts'
import type { RouteInput } from './input.ts'
import type { Limit } from './limit.ts'
import type { PathParameters, RouteTemplate } from './path-template.ts'
import type { Upstream } from './upstream.ts'

export interface RouteLimits {
  /** How many requests one caller may make. Not on public routes: they do not know their callers. @default - the API's `limits.user` */
  readonly user?: Limit
}

/** What every route declares, whatever its path. */
export interface RouteBase<Template extends string> {
  /** What answers: an upstream added with `addUpstream`, or one declared in place (which gets a gate of its own). */
  readonly upstream: Gate | Upstream
  /** Who may use the route. There is no default. */
  readonly access: Access<PathParameters<Template>>
  /** Overrides the API's limits; what is counted here is counted for this route alone. @default - the API's */
  readonly limits?: RouteLimits
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

export const routeOptions = ['upstream', 'access', 'input', 'limits', 'maxBody'] as const
