/** Whether a body of this `Content-Type`, or for this `Accept`, is binary to an API. */
export type IsBinary = (header: string | undefined) => boolean

/**
 * The API's `binaryMediaTypes`. Compared by the first type of a header, without its parameters and in any case; `*` stands for
 * any type or subtype (developer guide, "Binary media types for REST APIs"). Without a header nothing is binary.
 */
export function readBinaryTypes(declared: readonly string[]): IsBinary {
  const types = declared.map(type => type.toLowerCase())
  return header => {
    const [sent] = (header ?? '').split(/[,;]/)
    const type = (sent ?? '').trim().toLowerCase()
    if (type === '') return false
    return types.some(
      known =>
        known === '*/*' || known === type || (known.endsWith('/*') && type.startsWith(known.slice(0, -1))),
    )
  }
}
