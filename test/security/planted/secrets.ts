import { createHash, randomBytes } from 'node:crypto'

/** What must be written nowhere, by what it is. */
export class Secrets {
  readonly #all = new Map<string, string>()

  /** A word that is nowhere else, to be planted as that. Lower case, since names are compared in it. */
  make(what: string): string {
    const word = `q${randomBytes(8).toString('hex')}z`
    this.keep(what, word)
    return word
  }

  /** Something that exists already. */
  keep(what: string, value: string): void {
    this.#all.set(`${what} (${this.#all.size})`, value)
  }

  /** Which of them a text holds, and in which form. */
  foundIn(text: string): string[] {
    const lower = text.toLowerCase()
    return [...this.#all].flatMap(([what, value]) =>
      formsOf(value)
        .filter(([, form]) => lower.includes(form.toLowerCase()))
        .map(([name]) => `${what}, ${name}`),
    )
  }
}

/** Text as it may have been written down. In base64 it looks three ways, depending on what stands before it. */
function formsOf(value: string): Array<readonly [string, string]> {
  const bytes = Buffer.from(value)
  const digest = createHash('sha256').update(value).digest()
  const shifted = [0, 1, 2].map(shift => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replace(/=+$/, '')
    // Without the characters that neighbours have a share in.
    return text.slice(shift === 0 ? 0 : shift + 1, (shift + bytes.length) % 3 === 0 ? undefined : -1)
  })
  return [
    ['as it is', value],
    ['in JSON', JSON.stringify(value).slice(1, -1)],
    ['backwards', [...value].reverse().join('')],
    ['percent-encoded', encodeURIComponent(value)],
    ['all of it percent-encoded', [...bytes].map(byte => `%${byte.toString(16).padStart(2, '0')}`).join('')],
    ['in hex', bytes.toString('hex')],
    ...shifted.flatMap(text => [
      ['in base64', text] as const,
      ['in base64url', text.replaceAll('+', '-').replaceAll('/', '_')] as const,
    ]),
    ...(['hex', 'base64', 'base64url'] as const).map(
      encoding => [`as SHA-256 in ${encoding}`, digest.toString(encoding)] as const,
    ),
  ]
}
