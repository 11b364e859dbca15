import type middy from '@middy/core'
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda'
import type { GateRoute } from '../../contract/gate-manifest.ts'
import type { RouteKey } from '../../contract/route.ts'
import type { Ticket } from '../../contract/ticket.ts'
import type { Envelope } from '../runtime/envelope.ts'
import type { ClientCertificate } from './inputs/certificate.ts'
import type { Pairs } from './inputs/pairs.ts'

/**
 * What has been established about a request on its way through the second door. Each step's type says, to its reader,
 * what must have been established before it; that the order keeps to it is held by a test (pipeline-order).
 */
export type Matched = {
  key: RouteKey
  route: GateRoute
}
export type Admitted = Matched & {
  /** Null only where the route is declared public. */
  ticket: Ticket | null
}
/** Whom a request comes from, as far as addresses tell. */
export interface Client {
  readonly address: string
  /** What it is counted as: see `networkOf`. */
  readonly network: string
}
export type Limited = Admitted & {
  client: Client
  /** Headers that say how near the caller is to a limit. */
  rateLimit?: Readonly<Record<string, string>> | null
}
export type Asked = {
  /** All values of `Origin`: a browser sends one at the most. */
  origins: readonly string[]
}
export type Timed = {
  startedAt: number
  envelope: Envelope
  /** Known once the request was matched. */
  key?: RouteKey
}

/**
 * All that exists of a request behind the `declareInputs` step: there, the raw event is gone.
 * Values are the text that was sent, declared and validated.
 */
export interface DeclaredRequest {
  readonly key: RouteKey
  readonly route: GateRoute
  readonly ticket: Ticket | null
  /** Percent-decoded once. */
  readonly path: Readonly<Record<string, string>>
  readonly query: Pairs
  /** Lower-case names; the items of a list one by one. */
  readonly headers: Pairs
  readonly cookies: Pairs
  /** A JSON value; the fields of a form as {@link Pairs}; text; bytes. Undefined: none was sent, or none is declared. */
  readonly body: unknown
  /** Its media type, as declared. Null: there is no body. */
  readonly bodyType: string | null
  /** The caller's address: whoever called API Gateway, unless that is a declared proxy. */
  readonly sourceIp: string
  /** What the caller's TLS connection was opened with. Null: API Gateway asked for none. */
  readonly certificate: ClientCertificate | null
}

export type Step<Needs extends Record<string, unknown>, Event = APIGatewayProxyEvent> = middy.MiddlewareObj<
  Event,
  APIGatewayProxyResult,
  Error,
  Context,
  Needs
>
