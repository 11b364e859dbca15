import { App, Duration, Stack, Validations } from 'aws-cdk-lib'
import { ObjectLockRetention } from 'aws-cdk-lib/aws-s3'
import { AuditTrail, GatewayDashboard, GatewayIdentity, GatewayState } from 'sallyport'
import { ZeroTrustChecks } from 'sallyport/checks'
import { DealDeskApi } from '../examples/deals/deal-desk-api.ts'

// What holds state outlives what handles requests; what watches outlives neither.
export const app = new App()
Validations.of(app).addPlugins(new ZeroTrustChecks())

const stateful = new Stack(app, 'DealDeskState', { terminationProtection: true })
const state = new GatewayState(stateful, 'Gateway')

const identity = new GatewayIdentity(stateful, 'Identity', { issuer: 'https://api.example.com' })

// In earnest: ObjectLockRetention.compliance(Duration.days(365)), or as long as you must be able to show it. Nobody shortens that. Here a day, and
// of governance, so that a tryout can be removed.
const audit = new AuditTrail(new Stack(app, 'DealDeskAudit', { terminationProtection: true }), 'Trail', {
  retention: ObjectLockRetention.governance(Duration.days(1)),
})

const { api } = new DealDeskApi(app, 'DealDesk', { state, identity, audit })

const observability = new Stack(app, 'DealDeskObservability')
new GatewayDashboard(observability, 'Dashboard', { api })

// What an option can have, and this app does without. Ids of cdk-nag are for those who add its packs.
const firewall = 'An example to try: a web ACL costs by the month, also where nobody calls.'
const throttle =
  'Each user has a limit. One for the service as a whole would make the health check depend on the state table.'
for (const [id, reason] of [
  ['ZeroTrust::ZT-API-FIREWALL', firewall],
  ['AwsSolutions::AwsSolutions-APIG3', firewall],
  ['ZeroTrust::ZT-API-THROTTLE', throttle],
  ['Serverless::Serverless-APIGWDefaultThrottling', throttle],
] as const)
  Validations.of(api).acknowledge({ id, reason })

app.synth()
