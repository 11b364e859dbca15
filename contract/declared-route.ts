/**
 * A route's declaration as a type: what functions know of `declareRoute` (lib/declare/declared-route.ts) by `import type`, at no
 * cost at run time.
 */
export interface DeclaredRoute<Template extends string = string, Asked = unknown, Answer = unknown> {
  /** `GET /deals/{dealId}` */
  readonly template: Template
  /** Types only: never there. */
  readonly declares?: { readonly request: Asked; readonly answer: Answer }
}

/** What a function receives of a request for one of these routes. */
export type RequestOf<Route extends DeclaredRoute> = NonNullable<Route['declares']>['request']

/** What a function may answer on one of these routes. */
export type AnswerOf<Route extends DeclaredRoute> = NonNullable<Route['declares']>['answer']

/** Who is calling, by the claims of a verified token. */
export interface Principal {
  readonly iss: string
  readonly sub: string
  /** Where the token names its client. */
  readonly client_id?: string
}

/** All that there is of a request: declared, validated, read as its types. */
export interface RouteRequest<
  Template extends string = string,
  Input extends RequestValues = RequestValues,
  Caller extends Principal | null = Principal | null,
> {
  readonly route: Template
  /** Percent-decoded once. */
  readonly path: Input['path']
  readonly query: Input['query']
  /** Lower-case names. */
  readonly headers: Input['headers']
  readonly cookies: Input['cookies']
  /**
   * A JSON value; of a form, its fields by name; text; of bytes, `{ type, bytes }`. Undefined: none was sent, or none is
   * declared.
   */
  readonly body: Input['body']
  /** Null on public routes. */
  readonly principal: Caller
}

export interface RequestValues {
  readonly path: object
  readonly query: object
  readonly headers: object
  readonly cookies: object
  readonly body: unknown
}

/** A body of `Body.bytes`: looked at by nobody. */
export interface OpaqueBody {
  /** One of the declared media types. */
  readonly type: string
  readonly bytes: Uint8Array
}

/** Of a status: its declared headers, and cookies. What is not declared does not get out. */
export interface AnswerNames<Header extends string = never, Cookie extends string = never> {
  readonly headers?: { readonly [Name in Header | 'content-language' | 'last-modified']?: string }
  /** What follows `name=` in `Set-Cookie`, for example `abc; Path=/; HttpOnly`. `Secure` is added. */
  readonly cookies?: { readonly [Name in Cookie]?: string }
}

/** On a route of `Output.unsafeAny`: text of any type, with any status but 5xx and redirects. */
export interface UnsafeAnswer {
  readonly status: number
  readonly headers?: {
    readonly [Name in 'content-type' | 'content-language' | 'etag' | 'last-modified']?: string
  }
  readonly body?: string
}
