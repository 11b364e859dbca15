import type { Context } from 'aws-lambda'

export const context = { awsRequestId: 'bench', getRemainingTimeInMillis: () => 13_000 } as Context
export type Handler = (event: never, context: Context) => Promise<{ statusCode: number; body: string }>

/** So many requests in one go: each timed, and the CPU time of all, whatever thread it was spent on. */
export function handled(handler: Handler, newEvent: () => unknown, batch: number) {
  return async () => {
    const events = Array.from({ length: batch }, newEvent)
    const times: number[] = []
    const before = process.cpuUsage()
    for (const event of events) {
      const startedAt = performance.now()
      const answer = await handler(event as never, context)
      times.push((performance.now() - startedAt) * 1000)
      // A pipeline that refuses would be fast.
      if (answer.statusCode !== 200 || answer.body.length < 4000) throw new Error(String(answer.body))
    }
    const { user, system } = process.cpuUsage(before)
    return { times, cpu: (user + system) / batch }
  }
}

/** What one request writes to the log. */
export async function linesOf(handler: Handler, newEvent: () => unknown): Promise<string[]> {
  const { write } = process.stdout
  let text = ''
  process.stdout.write = (chunk: string | Uint8Array) => {
    text += String(chunk)
    return true
  }
  await handler(newEvent() as never, context)
  process.stdout.write = write
  return text.split('\n').filter(line => line !== '')
}

/** With their ends. */
export const bytesOf = (lines: readonly string[]): number =>
  lines.reduce((bytes, line) => bytes + Buffer.byteLength(line) + 1, 0)
