export type { Algorithm } from '../contract/authorizer-manifest.ts'
export type { AnswerOf, DeclaredRoute, RequestOf } from '../contract/declared-route.ts'
export type { ReasonCode } from '../contract/reasons.ts'
export { AuditTrail } from './audit-trail.ts'
export { Access, type AccessKind, type TokenAccessOptions } from './declare/access.ts'
export type { AuditTrailProps } from './declare/audit-trail-props.ts'
export { Body, type BodyOptions, type JsonBodyOptions, type TextBodyOptions } from './declare/body.ts'
export { Breaker, type BreakerOptions } from './declare/breaker.ts'
export type { CallersOptions } from './declare/callers.ts'
export type { ClaimRequirement } from './declare/claim-requirement.ts'
export { type AnyProxyOptions, ClientAddress, type ProxiesOptions } from './declare/client-address.ts'
export { ClientCertificate, type ClientCertificateOptions } from './declare/client-certificate.ts'
export type { ConnectionOptions, UpstreamVpc } from './declare/connection.ts'
export type { CorsOptions } from './declare/cors.ts'
export { Credentials, type GatewayTokenOptions, type SigV4Options } from './declare/credentials.ts'
export { DeclarationError } from './declare/declaration-error.ts'
export { declareRoute } from './declare/declared-route.ts'
export type { ClientCertificatesOptions, DomainOptions } from './declare/domain.ts'
export { Endpoint, type PrivateEndpointOptions, type RegionalEndpointOptions } from './declare/endpoint.ts'
export type { HttpUpstreamOptions } from './declare/http-upstream.ts'
export type { DeclaredInput, RouteInput } from './declare/input.ts'
export { Issuer } from './declare/issuer.ts'
export type { Auth0IssuerOptions } from './declare/issuers/auth0.ts'
export type { CognitoIssuerOptions } from './declare/issuers/cognito.ts'
export type { ClaimPath, IssuerTimes } from './declare/issuers/declaration.ts'
export type { EntraIssuerOptions } from './declare/issuers/entra.ts'
export type { GoogleIssuerOptions } from './declare/issuers/google.ts'
export type { KeycloakIssuerOptions } from './declare/issuers/keycloak.ts'
export type { PinnedIssuerOptions } from './declare/issuers/keys.ts'
export type { OidcIssuerOptions, TokenOptions } from './declare/issuers/oidc.ts'
export type { OktaIssuerOptions } from './declare/issuers/okta.ts'
export type { KeepingOptions } from './declare/keeping.ts'
export { Limit, type LimitBounds, type LimitOptions, type LimitTiers, type NoLimit } from './declare/limit.ts'
export type { ApiLimits, ReadsAndWrites, RouteLimits } from './declare/limits.ts'
export {
  type BodyOutputOptions,
  type EmptyOutputOptions,
  type JsonOutputOptions,
  Output,
  type RouteOutput,
  type TextOutputOptions,
  type UnsafeAnyOutput,
  type Viewers,
} from './declare/output.ts'
export type { PathParameters, RouteTemplate } from './declare/path-template.ts'
export { Principal } from './declare/principal.ts'
export type { ResilienceOptions } from './declare/resilience.ts'
export type { AddedRouteProps, RouteProps } from './declare/route-props.ts'
export { type JsonSchema, type OptionalSchema, optional, type Schema } from './declare/schema.ts'
export { Trust } from './declare/trust.ts'
export {
  type DirectUpstreamOptions,
  type LambdaUpstreamOptions,
  Upstream,
} from './declare/upstream.ts'
export type { FirewallPart, FirewallRate, WebFirewallProps } from './declare/web-firewall-props.ts'
export type { ZeroTrustApiProps } from './declare/zero-trust-api-props.ts'
export type { AddressSets } from './firewall/address-sets.ts'
export type { ManagedGroup, ManagedRule } from './firewall/managed-rules.ts'
export type { Gate } from './gate.ts'
export { GatewayDashboard, type GatewayDashboardProps } from './gateway-dashboard.ts'
export { GatewayIdentity, type GatewayIdentityProps } from './gateway-identity.ts'
export { GatewayState, type GatewayStateProps } from './gateway-state.ts'
export type { Route } from './route.ts'
export { WebFirewall } from './web-firewall.ts'
export { ZeroTrustApi } from './zero-trust-api.ts'
