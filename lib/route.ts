import { Size } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import { type Method, type RouteKey, routeKey } from '../contract/route.ts'
import type { Rule } from '../contract/rule.ts'
import { checkBodySize } from './compile/body.ts'
import type { CounterNames } from './compile/counters.ts'
import { type CompiledInput, compileInput } from './compile/inputs.ts'
import { type CompiledLimits, compileLimits } from './compile/limits.ts'
import { type CompiledOutput, compileOutput } from './compile/outputs.ts'
import { compileRule } from './compile/rule.ts'
import { checkUpstreamHeaders } from './compile/upstream-headers.ts'
import type { Access } from './declare/access.ts'
import type { DeclaredInput } from './declare/input.ts'
import type { Issuer } from './declare/issuer.ts'
import { checkCost, type ReadApiLimits, readRouteLimits } from './declare/limits.ts'
import type { ParsedTemplate } from './declare/path-template.ts'
import type { RouteBase } from './declare/route-props.ts'
import type { Upstream } from './declare/upstream.ts'
import type { Gate } from './gate.ts'
import { MeasuredInputs } from './measured-inputs.ts'

/** A route as the API adds it: its template read, its gate found. */
export interface RouteDeclaration {
  readonly template: string
  readonly parsed: ParsedTemplate
  readonly props: RouteBase<string> & { readonly input?: DeclaredInput }
  readonly gate: Gate
  readonly upstream: Upstream
  /** The API's, for what routes do not state. */
  readonly apiLimits: ReadApiLimits
  readonly counterNames: CounterNames
  readonly apiName: string
  /** The API's, for routes that do not say. */
  readonly logUndeclared: boolean
  /** Whose tokens count on it. */
  readonly acceptedIssuers: readonly Issuer[]
  /** Whether the API asks its callers for client certificates. */
  readonly clientCertificates: boolean
}

/** One declared operation. Made by `ZeroTrustApi.addRoute`. */
export class Route extends MeasuredInputs {
  readonly method: Method
  /** The path template, as API Gateway names the resource. */
  readonly path: string
  readonly key: RouteKey
  readonly access: Access
  readonly gate: Gate
  readonly upstream: Upstream
  readonly input: CompiledInput
  readonly output: CompiledOutput
  readonly rule: Rule | undefined
  readonly maxBodyBytes: number
  readonly logUndeclared: boolean
  /** Why the upstream gets the caller's token; null: it does not. */
  readonly forwardAuthorization: string | null
  readonly limits: CompiledLimits
  protected readonly measured: { readonly api: string; readonly route: string }

  /** @param at names this route in errors */
  constructor(scope: Construct, at: string, declaration: RouteDeclaration) {
    const { template, parsed, props, gate, upstream, apiName } = declaration
    const { method, path, parameters } = parsed
    super(scope, template)

    this.method = method
    this.path = path
    this.key = routeKey(method, path)
    this.access = props.access
    this.gate = gate
    this.upstream = upstream
    this.input = compileInput(at, props.input ?? {}, parameters)
    this.rule = compileRule(
      at,
      this.access,
      this.input,
      declaration.acceptedIssuers.length,
      declaration.clientCertificates,
    )
    this.output = compileOutput(at, props.output, {
      method,
      target: upstream.target,
      issuers: declaration.acceptedIssuers,
    })
    this.maxBodyBytes = checkBodySize(at, props.maxBody ?? Size.kibibytes(256), this.input.body)
    this.logUndeclared = props.logUndeclared ?? declaration.logUndeclared
    this.forwardAuthorization = props.forwardAuthorization?.reason ?? null
    checkUpstreamHeaders(at, upstream.target, this.input, this.forwardAuthorization)
    this.limits = compileLimits(
      at,
      {
        method,
        key: this.key,
        access: this.access,
        cost: checkCost(at, props.cost),
        declared: readRouteLimits(`${at} limits`, this.access, props.limits),
        upstream: upstream.target,
        gate: gate.node.id,
      },
      declaration.apiLimits,
      declaration.counterNames,
    )
    this.measured = { api: apiName, route: this.key }
  }
}
