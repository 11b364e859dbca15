/**
 * The one table of reasons. Statuses, problem documents, challenges, metric dimensions and docs/errors.md derive from it.
 *
 * - `detail` is the only text a caller ever sees for a reason.
 * - `owner` says who can mend it; `pages` whether someone is to be woken, and by which alarm: of the service, or of security.
 * - `outside` is the code shown to callers where the true one would tell an attacker too much.
 */
interface Reason {
  readonly status: 400 | 401 | 403 | 404 | 406 | 413 | 415 | 429 | 500 | 502 | 503 | 504
  readonly detail: string
  readonly owner: 'client' | 'operator' | 'upstream'
  readonly pages?: 'service' | 'security'
  /** When trying again may help, unless a denial knows better. */
  readonly retryAfterSeconds?: number
  readonly outside?: string
}

// Which check a token failed is of use to an attacker only: outside, all of them are `token.rejected`.
const rejected = {
  status: 401,
  detail: 'A valid access token is required.',
  owner: 'client',
  outside: 'token.rejected',
} as const

// True with a token and without one: an address in quarantine is refused on public routes as well.
const refused = {
  status: 403,
  detail: 'This request is not permitted.',
  owner: 'client',
  outside: 'access.denied',
} as const

// Of what all callers share. Each may have kept to their own. When to come back is said by Retry-After: a limit per day can take a day.
const overloaded = {
  status: 429,
  detail: 'Too many requests by all callers together. Try again later.',
  owner: 'operator',
} as const

// A request that passed API Gateway without the first door's ticket, or without a certificate that the domain asks for: the wiring is wrong,
// or someone is inside.
const breached = { ...refused, owner: 'operator', pages: 'security' } as const

export const reasons = {
  'route.undeclared': { status: 404, detail: 'There is nothing here.', owner: 'client' },
  'request.malformed': { status: 400, detail: 'The request could not be read.', owner: 'client' },

  'token.rejected': rejected,
  'token.missing': rejected,
  'token.malformed': rejected,
  'token.type_not_allowed': rejected,
  'token.algorithm_not_allowed': rejected,
  'token.key_unknown': rejected,
  'token.signature_invalid': rejected,
  'token.issuer_unknown': rejected,
  'token.expired': rejected,
  'token.not_yet_valid': rejected,
  'claim.missing': rejected,
  'claim.invalid': rejected,
  'claim.audience_mismatch': rejected,

  'access.denied': refused,
  'scope.insufficient': refused,
  'role.missing': refused,
  'claim.not_allowed': refused,
  'claim.path_mismatch': refused,
  'issuer.not_accepted': refused,
  'rule.not_met': refused,
  // A rule that cannot be evaluated for a caller denies; whether the caller or the rule is to blame is for its author to see.
  'rule.failed': { ...refused, owner: 'operator' },
  // The upstream is to be told a claim that this token does not have, or that no header can hold.
  'principal.unusable': { ...refused, owner: 'operator' },

  'authentication.insufficient': {
    status: 401,
    detail: 'This request asks for a stronger or a more recent sign-in.',
    owner: 'client',
  },

  'certificate.missing': breached,

  'ticket.missing': breached,
  'ticket.malformed': breached,
  'ticket.route_mismatch': breached,
  'ticket.expired': rejected,
  'ticket.outdated': {
    status: 503,
    detail: 'The access rules are being updated. Try again shortly.',
    owner: 'operator',
    retryAfterSeconds: 5,
  },

  'origin.not_allowed': {
    status: 403,
    detail: 'Pages of this origin may not send this request.',
    owner: 'client',
  },

  'input.invalid': {
    status: 400,
    detail: 'The request does not match what this route declares.',
    owner: 'client',
  },
  'input.undeclared': {
    status: 400,
    detail: 'The request holds what this route does not declare.',
    owner: 'client',
  },
  'input.ambiguous': { status: 400, detail: 'A parameter was sent more than once.', owner: 'client' },
  'input.malformed': {
    status: 400,
    detail: 'The request cannot be read, or its body names a member twice.',
    owner: 'client',
  },
  'input.not_acceptable': {
    status: 406,
    detail:
      'The Accept header rules out what this route answers with. Where that is bytes, it must begin with one of their types.',
    owner: 'client',
  },
  'input.too_large': {
    status: 413,
    detail: 'The request is larger than this route allows.',
    owner: 'client',
  },
  'input.media_type': {
    status: 415,
    detail: 'The request body is of a type that this route does not take.',
    owner: 'client',
  },

  'limit.edge': { status: 429, detail: 'Too many requests.', owner: 'client', retryAfterSeconds: 1 },
  'limit.ip': {
    status: 429,
    detail: 'Too many requests from this address. Try again later.',
    owner: 'client',
  },
  'limit.user': { status: 429, detail: 'Too many requests. Try again later.', owner: 'client' },
  'limit.client': {
    status: 429,
    detail: 'Too many requests by this client. Try again later.',
    owner: 'client',
  },
  'limit.route': overloaded,
  'limit.upstream': overloaded,
  'limit.service': overloaded,

  // What is ordered about a caller looks like any other no: whoever is watched need not know.
  'control.quarantined': refused,
  'control.revoked': rejected,
  'control.closed': {
    status: 503,
    detail: 'This is closed at the moment.',
    owner: 'operator',
    retryAfterSeconds: 60,
  },

  'keys.unavailable': {
    status: 503,
    detail: 'Access tokens cannot be checked at the moment. Try again shortly.',
    owner: 'operator',
    pages: 'service',
    retryAfterSeconds: 5,
  },
  'store.unavailable': {
    status: 503,
    detail: 'Limits cannot be checked at the moment. Try again shortly.',
    owner: 'operator',
    pages: 'service',
    retryAfterSeconds: 1,
  },
  // It is never called without them.
  'credentials.unavailable': {
    status: 503,
    detail: 'The service behind this route cannot be called at the moment. Try again shortly.',
    owner: 'operator',
    pages: 'service',
    retryAfterSeconds: 1,
  },

  'upstream.unreachable': {
    status: 502,
    detail: 'The service behind this route did not answer.',
    owner: 'upstream',
  },
  // Someone else may be in its place, or in between; or it does not know us. Which of these is in the log.
  'upstream.untrusted': {
    status: 502,
    detail: 'The service behind this route could not be verified.',
    owner: 'operator',
    pages: 'security',
  },
  // Its name leads to where no upstream may be: into the function itself, to a metadata service, into a private network.
  'upstream.address_refused': {
    status: 502,
    detail: 'The service behind this route cannot be reached.',
    owner: 'operator',
    pages: 'security',
  },
  'upstream.certificate_unavailable': {
    status: 503,
    detail:
      'The gateway cannot identify itself to the service behind this route at the moment. Try again shortly.',
    owner: 'operator',
    pages: 'service',
    retryAfterSeconds: 5,
  },
  'upstream.invalid_response': {
    status: 502,
    detail: 'The service behind this route gave an answer that cannot be passed on.',
    owner: 'upstream',
  },
  'upstream.failed': { status: 502, detail: 'The service behind this route failed.', owner: 'upstream' },
  'upstream.timeout': {
    status: 504,
    detail: 'The service behind this route took too long.',
    owner: 'upstream',
  },
  // When it will be asked again is known, and said by Retry-After.
  'upstream.circuit_open': {
    status: 503,
    detail: 'The service behind this route keeps failing and is left alone for a moment. Try again later.',
    owner: 'upstream',
  },
  'upstream.overloaded': {
    status: 503,
    detail: 'The service behind this route has as much to do as it may. Try again shortly.',
    owner: 'upstream',
    retryAfterSeconds: 1,
  },

  'gateway.fault': {
    status: 500,
    detail: 'The gateway could not handle the request.',
    owner: 'operator',
    pages: 'service',
  },
} as const satisfies Record<string, Reason>

export type ReasonCode = keyof typeof reasons

/** Whether a token was refused as such, whatever was wrong with it: outside, all of these are one. */
export const isTokenRejection = (code: ReasonCode): boolean => reasonOf(code).outside === 'token.rejected'

/** The facts of one reason, with the code that may be shown outside. */
export const reasonOf = (code: ReasonCode): Reason & { readonly outside: ReasonCode } => {
  const reason: Reason = reasons[code]
  return { ...reason, outside: (reason.outside ?? code) as ReasonCode }
}
