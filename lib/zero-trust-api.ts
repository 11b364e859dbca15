import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { attachCustomSynthesis, Duration, Stack } from 'aws-cdk-lib'
import type { SpecRestApi } from 'aws-cdk-lib/aws-apigateway'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import type { Construct } from 'constructs'
import { limitsDeclaredFile } from '../contract/declared-limits.ts'
import type { DeclaredRoute } from '../contract/declared-route.ts'
import { limitHeaders } from '../contract/headers.ts'
import { acknowledgePublic } from './acknowledged.ts'
import { sendEvents } from './audit/subscription.ts'
import { type AuditTrail, checkBeside } from './audit-trail.ts'
import { contractLines } from './compile/contract.ts'
import { CounterNames } from './compile/counters.ts'
import { gatewayResponses } from './compile/gateway-responses.ts'
import { inputValidators } from './compile/inputs.ts'
import { routeLimitsDeclared } from './compile/limit-lines.ts'
import { type ApiIssuers, authorizerManifest, gateManifest } from './compile/manifests.ts'
import { writeContract } from './compile/metadata.ts'
import { gatewayDocument, publicDocument } from './compile/openapi.ts'
import { outputValidators } from './compile/outputs.ts'
import { preflightGates } from './compile/preflights.ts'
import { ResourceTree } from './compile/resources.ts'
import { tooManyResources } from './compile/stack-resources.ts'
import { methodSettings } from './compile/throttles.ts'
import { validatorsModule } from './compile/validators.ts'
import { acceptedIssuers, checkAcceptedIssuers } from './declare/accepted-issuers.ts'
import { checkFreeId, checkMeasuredId, checkOptions } from './declare/checks.ts'
import type { ClientAddress } from './declare/client-address.ts'
import { type Cors, readCors, withExposed } from './declare/cors.ts'
import { RouteDeclaredOnce } from './declare/declared-route.ts'
import type { Issuer } from './declare/issuer.ts'
import { type Keeping, readKeeping } from './declare/keeping.ts'
import { type ReadApiLimits, readApiLimits } from './declare/limits.ts'
import { parseTemplate, type RouteTemplate } from './declare/path-template.ts'
import { checkRoute } from './declare/route.ts'
import type { PropsOf } from './declare/route-props.ts'
import { answersItself, type Upstream } from './declare/upstream.ts'
import { checkApiProps, type ZeroTrustApiProps } from './declare/zero-trust-api-props.ts'
import { createDomain } from './edge/domain.ts'
import { type Edge, readEdge } from './edge/edge.ts'
import { createRestApi } from './edge/rest-api.ts'
import { FirstDoor } from './first-door.ts'
import type { Gate } from './gate.ts'
import { Gates } from './gates/gates.ts'
import { placeBody } from './gateway-body.ts'
import { GatewayState } from './gateway-state.ts'
import { type CommonFunctionProps, permitInvocation } from './least-function.ts'
import { LogGroups } from './log-groups.ts'
import { MeasuredApi } from './measured-api.ts'
import { checkNamesake, useAs } from './namesakes.ts'
import { Route, type RouteDeclaration } from './route.ts'

/**
 * An API that serves the routes declared on it and nothing else. Two doors stand before every upstream: an authorizer
 * that checks who is calling, and a gate that checks everything again and lets declared input through.
 */
export class ZeroTrustApi extends MeasuredApi {
  readonly restApi: SpecRestApi
  /** Name of the API in metrics, logs and the console: the construct's id. */
  readonly apiName: string
  /** Where the API is served, with a slash at its end. */
  readonly url: string
  protected readonly measured: { readonly api: string }
  readonly #edge: Edge
  readonly #stageName: string
  readonly #limits: ReadApiLimits
  readonly #counterNames: CounterNames
  readonly #controls: boolean | undefined
  readonly #clientAddress: ClientAddress | undefined
  readonly #cors: Cors | undefined
  readonly #keeping: Keeping
  readonly #functions: CommonFunctionProps
  readonly #logUndeclared: boolean
  readonly #audit: AuditTrail | undefined
  readonly #firstDoor: FirstDoor | undefined
  readonly #gates: Gates
  readonly #tree: ResourceTree
  readonly #routes: Route[] = []
  #state: GatewayState | undefined
  #isLimited: boolean

  constructor(scope: Construct, id: string, props: ZeroTrustApiProps = {}) {
    super(scope, id)
    checkApiProps(this.node.path, props)
    checkMeasuredId(this.node.path, id, 'rename the API')
    checkNamesake(this)
    this.apiName = id
    this.measured = { api: id }
    this.#edge = readEdge(this, props)
    this.#stageName = props.stageName ?? 'live'
    this.#tree = new ResourceTree(this.#stageName)
    this.#limits = readApiLimits(`${this.node.path} limits`, props.limits)
    this.#counterNames = new CounterNames(this.node.addr.slice(0, 8))
    this.#controls = props.controls
    this.#clientAddress = props.clientAddress
    this.#cors = props.cors === undefined ? undefined : readCors(`${this.node.path} cors`, props.cors)
    this.#keeping = readKeeping(this.node.path, props)
    this.#functions = {
      logGroups: new LogGroups(this, this.#keeping),
      tracing: this.#edge.tracing,
      encryptionKey: this.#keeping.encryptionKey,
      codeSigning: props.codeSigning,
    }
    this.#logUndeclared = props.logUndeclared ?? false
    this.#audit = props.audit
    if (props.audit) {
      checkBeside(`${this.node.path} audit`, this, props.audit)
      useAs('audit', props.audit, this, 'events name their API by it')
    }
    this.#state = props.state
    if (props.state)
      useAs(
        'state',
        props.state,
        this,
        // An order about a route or an upstream names its API.
        `"${id}" can be closed there only once`,
      )
    this.#isLimited = Object.keys(this.#limits.of).length > 0
    this.restApi = createRestApi(this, {
      apiName: id,
      stageName: this.#stageName,
      edge: this.#edge,
      logGroups: this.#functions.logGroups,
      info: this.#info,
      placeBody: restApi =>
        placeBody(this, {
          restApi,
          document: uriOf => this.#gatewayDocument(uriOf),
          functions: () => this.#invoked,
        }),
      methodSettings: () => methodSettings(this.#limits.of.service, this.routes),
    })
    const { domain } = this.#edge
    this.url = domain ? createDomain(this, this.restApi, this.#edge, domain) : this.restApi.url
    this.#firstDoor = props.issuers?.length ? this.#createFirstDoor(props.issuers, props) : undefined
    this.#gates = new Gates(this, {
      common: this.#functions,
      generate: gate => this.#gatePolicy(gate),
      restApi: this.restApi,
    })
    this.node.addValidation({ validate: () => this.#problems() })
    attachCustomSynthesis(this, {
      onSynthesize: ({ assembly }) => {
        this.#writeDocuments(assembly.outdir)
        this.#acknowledgePublic()
        // Before the stack writes its template: constructs are synthesized from the leaves up.
        this.#describeContract()
      },
    })
  }

  /** A second door before one upstream, for any number of routes. `id` names it in the console, in metrics and logs. */
  addUpstream(id: string, upstream: Upstream): Gate {
    const gate = this.#gates.add(id, upstream)
    this.#record(gate)
    this.#shareState()
    return gate
  }

  /**
   * Declares one operation: `api.addRoute('GET /deals/{dealId}', { upstream, access, input })`, or adds one that was declared
   * with `declareRoute`: `api.addRoute(getDeal, { upstream })`.
   * Whatever is not declared here does not exist for callers, and what they send undeclared does not exist for the upstream.
   */
  addRoute<const Declared extends RouteTemplate | DeclaredRoute>(
    route: Declared,
    props: PropsOf<Declared>,
  ): Route
  addRoute(given: RouteTemplate | DeclaredRoute, props: object): Route {
    const template = given instanceof RouteDeclaredOnce ? given.template : (given as RouteTemplate)
    const at = `route "${template}" of ${this.node.path}`
    if (given instanceof RouteDeclaredOnce) checkOptions(at, props, ['upstream'])
    const parsed = parseTemplate(at, template)
    // Types tie the schemas to the template; from here on names are checked at synth.
    const declared = (
      given instanceof RouteDeclaredOnce ? { ...given.props, ...props } : props
    ) as RouteDeclaration['props']
    checkRoute(at, parsed, declared)
    checkAcceptedIssuers(at, declared.access, this.#issuers.declared)
    // Before anything is made: of two declarations of one operation, CDK would only say that a construct's name is taken.
    this.#tree.add(at, parsed.method, parsed.path)
    checkFreeId(at, this, template, 'rename one of the path segments: CDK reads / in names as --')
    const [upstream, gate] = this.#gates.of(at, template, declared.upstream)
    this.#record(gate)
    const added = new Route(this, at, {
      template,
      parsed,
      props: declared,
      gate,
      upstream,
      apiLimits: this.#limits,
      counterNames: this.#counterNames,
      apiName: this.apiName,
      logUndeclared: this.#logUndeclared,
      acceptedIssuers: acceptedIssuers(declared.access, this.#issuers.declared),
      clientCertificates: this.#asksCertificates,
    })
    if (gate.target.kind === 'direct' && this.#cors) this.#record(this.#gates.needPreflights())
    this.#routes.push(added)
    this.#count(added)
    return added
  }

  /** Every declared route, by path and method: what is generated does not depend on the order of declarations. */
  get routes(): readonly Route[] {
    const order = (route: Route) => `${route.path} ${route.method}`
    return [...this.#routes].sort((a, b) => (order(a) < order(b) ? -1 : 1))
  }

  /** Where its decisions are kept, if anywhere. */
  get audit(): AuditTrail | undefined {
    return this.#audit
  }

  /** With the headers that say how near a caller is to a limit: pages cannot read them otherwise. */
  get #sharing(): Cors | undefined {
    return this.#cors && this.#isLimited ? withExposed(this.#cors, limitHeaders) : this.#cors
  }

  get #asksCertificates(): boolean {
    return this.#edge.domain?.clientCertificates !== undefined
  }

  get #info() {
    return { title: this.apiName, version: '1.0.0' }
  }

  get #issuers(): ApiIssuers {
    return this.#firstDoor?.issuers ?? { declared: [], manifests: [] }
  }

  #createFirstDoor(
    issuers: readonly Issuer[],
    {
      authorizerCacheTtl: cacheTtl = Duration.minutes(1),
      verifiedTokenTtl = Duration.minutes(5),
      authorizerReservedConcurrency: reservedConcurrency,
    }: ZeroTrustApiProps,
  ): FirstDoor {
    const door: FirstDoor = new FirstDoor(this, 'FirstDoor', {
      issuers,
      cacheTtl,
      verifiedTokenTtl,
      common: this.#functions,
      reservedConcurrency,
      generate: () => ({
        'manifest.json': JSON.stringify(
          authorizerManifest({
            api: this.apiName,
            stage: this.#stageName,
            issuers: door.issuers,
            verifiedTtlSeconds: door.verifiedTokenTtlSeconds,
            routes: this.routes,
            cors: this.#cors,
            clientAddress: this.#clientAddress,
            audit: this.#audit !== undefined,
          }),
        ),
      }),
    })
    this.#record(door)
    permitInvocation(door, door.function, this.restApi, 'authorizers/*')
    return door
  }

  /** Sends what a door decides to the audit trail, where there is one. */
  #record(door: FirstDoor | Gate): void {
    if (this.#audit) sendEvents(door, door.function, this.#audit)
  }

  #count({ gate, limits }: Route): void {
    const layers = limits.manifest.layers.map(({ layer }) => layer)
    if (layers.length > 0) {
      this.#isLimited = true
      gate.useState(this.#stateful())
      gate.count(this.#stateful(), layers)
    }
    this.#shareState()
  }

  /** Lets all gates see what operators order, where they can. Gates and limits are declared in any order, so this comes after each. */
  #shareState(): void {
    if (!(this.#controls ?? (this.#isLimited || this.#state !== undefined))) return
    for (const gate of this.#gates.all) if (this.#obeys(gate)) gate.useState(this.#stateful())
  }

  /**
   * By default a stub or a key set that answers everyone does not: there is nothing behind it to close, and whether the API is there at all must
   * not hang on the table.
   */
  #obeys(gate: Gate): boolean {
    if (this.#controls || !answersItself(gate.target)) return true
    return this.#routes.some(route => route.gate === gate && route.access.kind === 'token')
  }

  #stateful(): GatewayState {
    this.#state ??= new GatewayState(this, 'State', { encryptionKey: this.#keeping.encryptionKey })
    return this.#state
  }

  /** Functions that API Gateway calls. */
  get #invoked(): LambdaFunction[] {
    const gates = [...this.#gates.all, ...(this.#gates.preflights ? [this.#gates.preflights] : [])]
    return [...new Set([...(this.#firstDoor ? [this.#firstDoor] : []), ...gates].map(each => each.function))]
  }

  #gatewayDocument(uriOf: (fn: LambdaFunction) => string) {
    return gatewayDocument(this.#info, this.routes, {
      integrationUri: gate => uriOf(gate.function),
      authorizer: this.#firstDoor
        ? {
            uri: uriOf(this.#firstDoor.function),
            cacheTtlSeconds: this.#firstDoor.cacheTtlSeconds,
          }
        : null,
      gatewayResponses: gatewayResponses(this.#sharing),
      preflights: this.#preflights,
    })
  }

  #gatePolicy(gate: Gate): Record<string, string> {
    const routes = this.routes.filter(route => route.gate === gate)
    return {
      'manifest.json': JSON.stringify(
        gateManifest(gate, {
          api: this.apiName,
          issuers: this.#issuers,
          routes: this.routes,
          budgetMs: this.#limits.budgetMs,
          clientAddress: this.#clientAddress,
          clientCertificates: this.#asksCertificates,
          cors: this.#sharing,
          preflights: this.#gates.preflights,
          audit: this.#audit !== undefined,
        }),
      ),
      'validators.mjs': validatorsModule({
        validators: Object.fromEntries(routes.map(route => [route.key, inputValidators(route.input)])),
        outputs: Object.fromEntries(routes.map(route => [route.key, outputValidators(route.output)])),
      }),
    }
  }

  #writeDocuments(folder: string): void {
    const write = (file: string, value: unknown) =>
      writeFileSync(
        join(folder, `${this.node.addr.slice(0, 8)}${file}`),
        `${JSON.stringify(value, null, 2)}\n`,
      )
    write('.openapi.json', publicDocument(this.#info, this.routes))
    write(
      limitsDeclaredFile,
      Object.fromEntries(this.routes.map(route => [route.key, routeLimitsDeclared(route)])),
    )
  }

  #acknowledgePublic(): void {
    for (const { access, key } of this.routes)
      if (access.kind === 'public') acknowledgePublic(this.restApi, key, 'Declared so: Access.public().')
    for (const path of this.#preflights.keys())
      acknowledgePublic(
        this.restApi,
        `OPTIONS ${path}`,
        'Browsers ask it without credentials (Fetch §4.8). The second door answers from what is declared, and calls nothing.',
      )
  }

  get #preflights(): ReadonlyMap<string, Gate> {
    return this.#cors ? preflightGates(this.routes, this.#gates.preflights) : new Map()
  }

  #describeContract(): void {
    const lines = contractLines({
      routes: this.routes,
      gates: this.#gates.all,
      issuers: this.#issuers.manifests,
      limits: this.#limits,
      controls: this.#controls !== false,
      clientAddress: this.#clientAddress,
      cors: this.#sharing,
      edge: this.#edge,
      firstDoor: this.#firstDoor,
      keeping: this.#keeping,
      audit: this.#audit,
      codeSigning: this.#functions.codeSigning,
    })
    writeContract(this, lines)
  }

  #problems(): string[] {
    const idle = this.#gates.all.filter(gate => !this.#routes.some(route => route.gate === gate))
    return [
      ...(this.#routes.length === 0 ? [`${this.node.path} declares no route: add one with addRoute`] : []),
      ...idle.map(gate => `${gate.node.path} has no route: use it in addRoute, or remove it`),
      ...tooManyResources(Stack.of(this)),
    ]
  }
}
