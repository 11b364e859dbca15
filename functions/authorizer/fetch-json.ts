const maxBytes = 256 * 1024

/** Milliseconds. */
export interface Patience {
  /** Until an answer begins: connecting, TLS, and what the server takes to think. */
  readonly answer: number
  readonly whole: number
}

/**
 * One JSON document over HTTPS: no redirects (they would leave the declared host), bounds on its time and on its size.
 * The error's message names what went wrong in our own words, never what was received.
 */
export async function fetchJson(
  uri: string,
  fetch: typeof globalThis.fetch,
  patience: Patience,
): Promise<unknown> {
  refuseAddress(uri)
  const controller = new AbortController()
  const giveUp = (what: string, ms: number) =>
    setTimeout(() => controller.abort(new Trouble(`no ${what} within ${ms} ms`)), ms)
  const timers = [giveUp('answer', patience.answer), giveUp('end of the answer', patience.whole)] as const
  try {
    const response = await fetch(uri, {
      redirect: 'error',
      headers: { accept: 'application/json' },
      signal: controller.signal,
    })
    clearTimeout(timers[0])
    if (response.status !== 200) {
      await response.body?.cancel()
      throw new Trouble(`status ${response.status}`)
    }
    return parse(await boundedText(response))
  } catch (error) {
    throw error instanceof Trouble ? error : new Trouble(`it failed: ${kindOf(error)}`)
  } finally {
    for (const timer of timers) clearTimeout(timer)
  }
}

/** In our own words. */
class Trouble extends Error {}

function refuseAddress(uri: string): void {
  const url = URL.canParse(uri) ? new URL(uri) : undefined
  if (url?.protocol !== 'https:') throw new Trouble('keys are fetched over https only')
  if (url.username || url.password) throw new Trouble('the address holds credentials')
}

/** What kind of error it is. Its message could quote the address, or what was received. */
function kindOf(error: unknown): string {
  const { name, cause } = Object(error) as { name?: unknown; cause?: { code?: unknown } }
  const code = String(cause?.code ?? name)
  return /^\w{1,40}$/.test(code) ? code : 'unknown'
}

async function boundedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength
    if (size > maxBytes) throw new Trouble(`larger than ${maxBytes} bytes`) // leaving the loop cancels the body
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Trouble('not JSON') // the parser's own words would quote what was received
  }
}
