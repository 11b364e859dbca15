// The local network, but for its resolver, which leads one name astray: in a function's own process, below the deployed bundle.
import '../../local/network/preload.mjs'
import dns from 'node:dns'
import { readFileSync } from 'node:fs'

const { lookup } = dns
const answers = JSON.parse(
  readFileSync(new URL('./misleading-answers.json', import.meta.url), 'utf8'),
).values()
dns.lookup = (hostname, options, done) => {
  if (hostname !== 'crm.internal.example.com') return lookup(hostname, options, done)
  const addresses = answers.next().value ?? []
  process.nextTick(() =>
    done(
      null,
      addresses.map(address => ({ address, family: address.includes(':') ? 6 : 4 })),
    ),
  )
}
