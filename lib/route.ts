import type { Size } from 'aws-cdk-lib'
import { Metric, type MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch'
import { Construct } from 'constructs'
import type { LimitManifest } from '../contract/manifest.ts'
import { metricNamespace, metricService, type metrics } from '../contract/metrics.ts'
import type { ReasonCode } from '../contract/reasons.ts'
import { type Method, type RouteKey, routeKey } from '../contract/route.ts'
import { type CompiledInput, compileInput, type DeclaredInput, inputSchema } from './compile/inputs.ts'
import { compileProjection } from './compile/projection.ts'
import { checkSchema } from './compile/validators.ts'
import { Access } from './declare/access.ts'
import { DeclarationError, onlyKnownKeys } from './declare/declaration-error.ts'
import { checkLimit, type Limit } from './declare/limit.ts'
import { type PathParameters, parseTemplate, type RouteTemplate } from './declare/path-template.ts'
import type { Schema } from './declare/schema.ts'
import type { Upstream } from './declare/upstream.ts'
import type { Gate } from './gate.ts'

/** What a route declares of its requests. Every path parameter, and no other, has a schema. */
export type RouteInput<Template extends string> = Omit<DeclaredInput, 'path'> &
  ([PathParameters<Template>] extends [never]
    ? { readonly path?: Record<string, never> }
    : { readonly path: Readonly<Record<PathParameters<Template>, Schema>> })

export interface RouteLimits {
  /** How many requests one caller may make. @default - the API's `limits.user` */
  readonly user?: Limit
}

interface RouteBase<Template extends string> {
  /** What answers: an upstream added with `addUpstream`, or one declared in place (which gets a gate of its own). */
  readonly upstream: Gate | Upstream
  /** Who may use the route. There is no default. */
  readonly access: Access<PathParameters<Template>>
  /** Overrides the API's limits; what is counted here is counted for this route alone. @default - the API's */
  readonly limits?: RouteLimits
  /** The largest body that is read. Beyond it the caller gets 413. @default Size.kibibytes(256) */
  readonly maxBody?: Size
}

export type RouteProps<Template extends RouteTemplate> = RouteBase<Template> &
  ([PathParameters<Template>] extends [never]
    ? { readonly input?: RouteInput<Template> }
    : { readonly input: RouteInput<Template> })

/** A route as the API adds it: its gate found, its limits settled. */
export interface RouteDeclaration {
  readonly template: string
  readonly props: RouteBase<string> & { readonly input?: DeclaredInput }
  readonly gate: Gate
  readonly upstream: Upstream
  readonly userLimit: { readonly limit: Limit; readonly shared: boolean } | undefined
  readonly apiName: string
}

const options = ['upstream', 'access', 'input', 'limits', 'maxBody']

/** One declared operation. Made by `ZeroTrustApi.addRoute`. */
export class Route extends Construct {
  readonly method: Method
  /** The path template, as API Gateway names the resource. */
  readonly path: string
  readonly key: RouteKey
  readonly access: Access
  readonly gate: Gate
  readonly upstream: Upstream
  readonly input: CompiledInput
  readonly maxBodyBytes: number
  readonly userLimit: LimitManifest | null
  readonly userLimitText: string | null
  /** Names this route in errors. */
  readonly at: string
  readonly #apiName: string

  constructor(scope: Construct, declaration: RouteDeclaration) {
    const { template, props, gate, upstream, userLimit, apiName } = declaration
    const at = `route "${template}" of ${scope.node.path}`
    onlyKnownKeys(at, props, options)
    onlyKnownKeys(`${at} limits`, props.limits ?? {}, ['user'])
    checkLimit(`${at} limits.user`, props.limits?.user)
    const { method, path, parameters } = parseTemplate(at, template)
    checkAccess(at, props.access, parameters)
    super(scope, template)

    this.at = at
    this.method = method
    this.path = path
    this.key = routeKey(method, path)
    this.access = props.access
    this.gate = gate
    this.upstream = upstream
    this.input = compileInput(at, props.input ?? {}, parameters)
    if (this.input.body) {
      checkBodyMethod(at, method)
      compileProjection(`${at} input.body`, this.input.body.schema)
    }
    checkSchema(at, inputSchema(this.input))
    this.maxBodyBytes = props.maxBody?.toBytes() ?? 256 * 1024
    const limit = props.access.kind === 'token' ? userLimit : undefined
    this.userLimit = limit
      ? {
          counter: limit.shared ? 'api' : this.key,
          max: limit.limit.max,
          periodSeconds: limit.limit.periodSeconds,
        }
      : null
    this.userLimitText = limit ? String(limit.limit) : null
    this.#apiName = apiName
  }

  /** Requests that reached the second door. Sum over 5 minutes unless stated. */
  metricRequests = (props?: MetricOptions): Metric =>
    this.#metric('Requests', { statistic: Stats.SUM, ...props })

  /** Requests that ended in a 5xx. Sum over 5 minutes unless stated. */
  metricErrors = (props?: MetricOptions): Metric => this.#metric('Errors', { statistic: Stats.SUM, ...props })

  /** Time from the second door's first step to its last, in milliseconds. p90 over 5 minutes unless stated. */
  metricLatency = (props?: MetricOptions): Metric =>
    this.#metric('Latency', { statistic: Stats.p(90), ...props })

  /** Refusals for one reason, by either door. Sum over 5 minutes unless stated. */
  metricDenied = (reason: ReasonCode, props?: MetricOptions): Metric =>
    this.#metric('Denied', { statistic: Stats.SUM, ...props }, { reason })

  #metric(metricName: keyof typeof metrics, props: MetricOptions, more: Record<string, string> = {}): Metric {
    return new Metric({
      namespace: metricNamespace,
      metricName,
      dimensionsMap: { service: metricService, api: this.#apiName, route: this.key, ...more },
      ...props,
    })
  }
}

function checkAccess(at: string, access: Access | undefined, parameters: readonly string[]): void {
  if (!(access instanceof Access)) {
    throw new DeclarationError({
      at,
      given: access === undefined ? 'no access rule' : `access of type ${typeof access}`,
      allowed: 'Access.token({ … }) or Access.public()',
      fix: 'say who may use this route; public is a word you must write',
    })
  }
  for (const { claim, pathParameter } of access.bindings) {
    if (parameters.includes(pathParameter)) continue
    throw new DeclarationError({
      at: `${at} access.claims.${claim}`,
      given: `equalsPath: "${pathParameter}", which the path does not have`,
      allowed: parameters.join(', ') || 'nothing: the path has no parameters',
      fix: 'name a parameter of this path',
    })
  }
}

function checkBodyMethod(at: string, method: Method): void {
  if (method !== 'GET' && method !== 'HEAD') return
  throw new DeclarationError({
    at: `${at} input.body`,
    given: `a body on ${method}`,
    allowed: 'a body on POST, PUT, PATCH, DELETE',
    fix: 'declare query parameters; a body here has no meaning (RFC 9110 §9.3.1)',
  })
}
