// The first door's bundle in a process of its own, whose keys can no longer be renewed, twenty minutes after it started.
const [bundle, document, event] = process.argv.slice(2)
const { now } = Date
let isLater = false
Date.now = () => now() + (isLater ? 20 * 60_000 : 0)
globalThis.fetch = async () => {
  if (isLater) throw new TypeError('fetch failed')
  return { status: 200, body: [Buffer.from(document)] }
}
const { handler } = await import(bundle)
isLater = true
const { policyDocument } = await handler(JSON.parse(event))
if (policyDocument.Statement[0].Effect !== 'Allow') throw new Error('a token of a known key was refused')
