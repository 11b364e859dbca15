/** A name cut as CloudWatch cuts it: runs between what is neither letter nor digit, each of words and numbers. */
type Runs = ReadonlyArray<readonly string[]>

const cut = (text: string): Runs =>
  (text.match(/[A-Za-z0-9]+/g) ?? []).map(run => run.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+/g) ?? [])

/**
 * Whether a search term without quotes is found in a name. One word is found whatever its case; several that are written as one
 * (`CustomCount`) only as they are; what stands between words does not matter.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html#search-expression-syntax-tokenization
 */
export function isPartOf(term: string, name: string): boolean {
  const wanted = cut(term)
  const words = cut(name).flat()
  const length = wanted.flat().length
  if (length === 0) return false
  if (squeezed(term) === squeezed(name)) return true
  return words.some((_, start) => start + length <= words.length && startsAt(wanted, words, start))
}

const squeezed = (text: string): string => text.replace(/[^A-Za-z0-9]/g, '').toLowerCase()

function startsAt(wanted: Runs, words: readonly string[], start: number): boolean {
  let at = start
  return wanted.every(run => {
    const found = words.slice(at, at + run.length)
    at += run.length
    return run.length === 1
      ? run[0]?.toLowerCase() === found[0]?.toLowerCase()
      : run.every((word, index) => word === found[index])
  })
}
