import { App, Stack } from 'aws-cdk-lib'
import { GatewayDashboard, GatewayIdentity, GatewayState } from 'sallyport'
import { DealDeskApi } from '../examples/deals/deal-desk-api.ts'

// What holds state outlives what handles requests; what watches outlives neither.
const app = new App()

const stateful = new Stack(app, 'DealDeskState', { terminationProtection: true })
const state = new GatewayState(stateful, 'Gateway')

const identity = new GatewayIdentity(stateful, 'Identity', { issuer: 'https://api.example.com' })

const { api } = new DealDeskApi(app, 'DealDesk', { state, identity })

const observability = new Stack(app, 'DealDeskObservability')
new GatewayDashboard(observability, 'Dashboard', { api })

app.synth()
