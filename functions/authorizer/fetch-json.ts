/** Until an answer begins: connecting, TLS, and what the server takes to think. */
const answerMs = 1500
const totalMs = 3000
const maxBytes = 256 * 1024

/**
 * One JSON document over HTTPS: no redirects (they would leave the declared host), bounds on its time and on its size.
 * The error's message names what went wrong, never what was received.
 */
export async function fetchJson(uri: string, fetch: typeof globalThis.fetch): Promise<unknown> {
  if (!URL.canParse(uri) || new URL(uri).protocol !== 'https:')
    throw new Error('keys are fetched over https only')
  const controller = new AbortController()
  const giveUp = (what: string, ms: number) =>
    setTimeout(() => controller.abort(new Error(`no ${what} within ${ms} ms`)), ms)
  const timers = [giveUp('answer', answerMs), giveUp('end of the answer', totalMs)] as const
  try {
    const response = await fetch(uri, {
      redirect: 'error',
      headers: { accept: 'application/json' },
      signal: controller.signal,
    })
    clearTimeout(timers[0])
    if (response.status !== 200) {
      await response.body?.cancel()
      throw new Error(`status ${response.status}`)
    }
    return parse(await boundedText(response))
  } finally {
    for (const timer of timers) clearTimeout(timer)
  }
}

async function boundedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength
    if (size > maxBytes) throw new Error(`larger than ${maxBytes} bytes`) // leaving the loop cancels the body
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Error('not JSON') // the parser's own words would quote what was received
  }
}
