const timeoutMs = 3000
const maxBytes = 256 * 1024

/**
 * One JSON document over HTTPS: no redirects (they would leave the declared host), a time-out over everything, and a
 * bound on its size. The error's message names what went wrong, never what was received.
 */
export async function fetchJson(uri: string, fetch: typeof globalThis.fetch): Promise<unknown> {
  if (new URL(uri).protocol !== 'https:') throw new Error('keys are fetched over https only')
  const response = await fetch(uri, {
    redirect: 'error',
    headers: { accept: 'application/json' },
    signal: AbortSignal.timeout(timeoutMs),
  })
  if (response.status !== 200) {
    await response.body?.cancel()
    throw new Error(`status ${response.status}`)
  }
  return parse(await boundedText(response))
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
