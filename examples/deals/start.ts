import { main } from '../../bin/cli.ts'
import { servedAt } from '../../bin/served-at.ts'
import { startBilling } from './services/billing.ts'
import { startCrm } from './services/crm.ts'

// The example in one command: its two services, and `sallyport dev` with their production names leading to them.
const keySet = () => new URL('/.well-known/jwks.json', servedAt())
const [crm, billing] = await Promise.all([startCrm(), startBilling(keySet)])
await main([
  'dev',
  '--upstream',
  `https://crm.internal.example.com=${crm.origin}`,
  '--upstream',
  `https://billing.internal.example.com=${billing.origin}`,
  ...process.argv.slice(2),
])
await Promise.all([crm.close(), billing.close()])
