export { ZeroTrustChecks } from './zero-trust-checks.ts'
