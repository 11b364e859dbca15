/** The errors a REST API answers by itself, with what it says when nothing is declared (platform-facts §5.3). */
export const GATEWAY_RESPONSE_TYPES = [
  'ACCESS_DENIED',
  'API_CONFIGURATION_ERROR',
  'AUTHORIZER_CONFIGURATION_ERROR',
  'AUTHORIZER_FAILURE',
  'BAD_REQUEST_BODY',
  'BAD_REQUEST_PARAMETERS',
  'DEFAULT_4XX',
  'DEFAULT_5XX',
  'EXPIRED_TOKEN',
  'INTEGRATION_FAILURE',
  'INTEGRATION_TIMEOUT',
  'INVALID_API_KEY',
  'INVALID_SIGNATURE',
  'MISSING_AUTHENTICATION_TOKEN',
  'QUOTA_EXCEEDED',
  'REQUEST_TOO_LARGE',
  'RESOURCE_NOT_FOUND',
  'THROTTLED',
  'UNAUTHORIZED',
  'UNSUPPORTED_MEDIA_TYPE',
  'WAF_FILTERED',
] as const
export type GatewayResponseType = (typeof GATEWAY_RESPONSE_TYPES)[number]

/** An answer of the gateway's own, not yet rendered. */
export interface Refusal {
  type: GatewayResponseType
  /** Used unless a status is declared for the type or its class. */
  status: number
  /** `$context.error.message` */
  message: string | null
  /** The value of `x-amzn-ErrorType`. */
  errorType: string
}

/** The ways this gateway refuses. Those AWS has and this gateway never comes to (API keys, quotas, WAF) are left out. */
export const REFUSALS = {
  UNAUTHORIZED: refusal('UNAUTHORIZED', 401, 'Unauthorized', 'UnauthorizedException'),
  ACCESS_DENIED: refusal(
    'ACCESS_DENIED',
    403,
    'User is not authorized to access this resource',
    'AccessDeniedException',
  ),
  EXPLICIT_DENY: refusal(
    'ACCESS_DENIED',
    403,
    'User is not authorized to access this resource with an explicit deny',
    'AccessDeniedException',
  ),
  // For an unknown path and for a known path with another method alike (platform-facts §5.1).
  MISSING_AUTHENTICATION_TOKEN: refusal(
    'MISSING_AUTHENTICATION_TOKEN',
    403,
    'Missing Authentication Token',
    'MissingAuthenticationTokenException',
  ),
  REQUEST_TOO_LARGE: refusal(
    'REQUEST_TOO_LARGE',
    413,
    'HTTP content length exceeded 10485760 bytes.',
    'RequestTooLargeException',
  ),
  // These three are refused in front of the API; that they take DEFAULT_4XX is an assumption.
  HEADERS_TOO_LARGE: refusal(
    'DEFAULT_4XX',
    431,
    'HTTP header is larger than 10240 bytes.',
    'BadRequestException',
  ),
  URI_TOO_LONG: refusal('DEFAULT_4XX', 414, 'Request-URI Too Long', 'BadRequestException'),
  BAD_REQUEST: refusal('DEFAULT_4XX', 400, 'Bad Request', 'BadRequestException'),
  API_CONFIGURATION_ERROR: refusal(
    'API_CONFIGURATION_ERROR',
    500,
    'Internal server error',
    'InternalServerErrorException',
  ),
  AUTHORIZER_CONFIGURATION_ERROR: refusal(
    'AUTHORIZER_CONFIGURATION_ERROR',
    500,
    null,
    'AuthorizerConfigurationException',
  ),
  // The error type is what was seen for a throwing authorizer too (platform-facts §5.2).
  AUTHORIZER_FAILURE: refusal('AUTHORIZER_FAILURE', 500, null, 'AuthorizerConfigurationException'),
  INTEGRATION_TIMEOUT: refusal(
    'INTEGRATION_TIMEOUT',
    504,
    'Endpoint request timed out',
    'InternalServerErrorException',
  ),
  // A function that throws or answers malformed: 502 in DEFAULT_5XX, not INTEGRATION_FAILURE (platform-facts §5.3).
  MALFORMED_RESPONSE: refusal('DEFAULT_5XX', 502, 'Internal server error', 'InternalServerErrorException'),
  INTERNAL_FAULT: refusal('DEFAULT_5XX', 500, 'Internal server error', 'InternalServerErrorException'),
} as const satisfies Record<string, Refusal>

/** The refusal of a request that lacks parameters declared as required (platform-facts §5.6). */
export function missingParameters(names: readonly string[]): Refusal {
  return refusal(
    'BAD_REQUEST_PARAMETERS',
    400,
    `Missing required request parameters: [${names.join(', ')}]`,
    'BadRequestException',
  )
}

function refusal(
  type: GatewayResponseType,
  status: number,
  message: string | null,
  errorType: string,
): Refusal {
  return { type, status, message, errorType }
}
