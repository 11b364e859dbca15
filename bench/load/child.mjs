// A fresh process that loads one function, as the Lambda runtime would (a CommonJS file by require, a module by import),
// and may then hand it one event. Its times, in milliseconds, go to descriptor 3: output belongs to the function.
import { writeSync } from 'node:fs'
import { createRequire } from 'node:module'

const [, , file, event] = process.argv
const require = createRequire(import.meta.url)
// Loading alone is a figure of code: the first door fetches keys while it loads, and here any fetch fails at once, for all
// functions alike. From then on they wait for the network (or, here, log its failure), so that is where the clock stops. What
// getting the keys takes is in the time until the first answer, where all pay it.
let fetchedAt
if (!event) {
  globalThis.fetch = async () => {
    fetchedAt ??= performance.now()
    throw new Error('there is no network')
  }
}

const startedAt = performance.now()
const { handler } = file.endsWith('.cjs') ? require(file) : await import(file)
const loadedAt = fetchedAt ?? performance.now()
const context = { awsRequestId: 'bench', getRemainingTimeInMillis: () => 13_000 }
const answer = event ? await handler(JSON.parse(event), context) : undefined
const answeredAt = performance.now()
// A refusal would be measured as a fast answer.
if (answer?.statusCode && answer.statusCode !== 200) throw new Error(`answered ${JSON.stringify(answer)}`)
if (answer?.policyDocument && answer.policyDocument.Statement[0].Effect !== 'Allow') throw new Error('denied')

writeSync(3, JSON.stringify({ loadMs: loadedAt - startedAt, untilAnsweredMs: answeredAt - startedAt }))
process.exit(0)
