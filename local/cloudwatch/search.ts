import { CannotEvaluate } from './cannot-evaluate.ts'
import { isPartOf } from './search-tokens.ts'
import type { MetricKey } from './store.ts'

/** What a search looks for. */
export interface Search {
  /** Absent where it names none: then all are looked through. */
  readonly namespace?: string
  readonly matches: (key: MetricKey) => boolean
}

type Test = (key: MetricKey) => boolean

/** Of a property that a term names, or of everything a metric has. */
type Words = (key: MetricKey) => readonly string[]

const token = /\s*(?:(?<sign>[(){},=])|"(?<exact>(?:[^"\\]|\\.)*)"|(?<word>(?:[^\s(){},="\\]|\\.)+))/y

type Token = { readonly kind: 'sign' | 'exact' | 'word'; readonly value: string }

/**
 * Parses what stands between the quotes of `SEARCH('…', …)`. Throws a `CannotEvaluate` for what is no search.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html
 */
export function parseSearch(text: string): Search {
  // The limit is CloudWatch's own.
  if (text.length > 1024) throw new CannotEvaluate('a search of more than 1024 characters')
  const tokens = tokenize(text)
  let at = 0
  const peek = () => tokens[at]
  const isSign = (value: string) => peek()?.kind === 'sign' && peek()?.value === value
  const isWord = (value: string) => peek()?.kind === 'word' && peek()?.value === value
  const accept = (is: boolean): boolean => {
    if (is) at += 1
    return is
  }
  const fail = () =>
    new CannotEvaluate(`SEARCH does not understand ${peek()?.value ?? 'its end'} in «${text.trim()}»`)
  const expectSign = (value: string) => {
    if (!accept(isSign(value))) throw fail()
  }

  function schema(): { namespace: string; dimensions: readonly string[] } | undefined {
    if (!accept(isSign('{'))) return undefined
    const names: string[] = []
    do {
      const found = peek()
      if (!found || found.kind === 'sign') throw fail()
      at += 1
      names.push(found.value)
    } while (accept(isSign(',')))
    expectSign('}')
    accept(isSign(','))
    const [namespace = '', ...dimensions] = names
    return { namespace, dimensions }
  }

  function anyOf(words: Words): Test {
    const tests = [allOf(words)]
    while (accept(isWord('OR'))) tests.push(allOf(words))
    return key => tests.some(test => test(key))
  }

  function allOf(words: Words): Test {
    const tests = [term(words)]
    for (;;) {
      const joined = accept(isWord('AND'))
      const ended = !peek() || isSign(')') || isWord('OR')
      if (ended && joined) throw fail()
      if (ended) return key => tests.every(test => test(key))
      tests.push(term(words))
    }
  }

  function term(words: Words): Test {
    if (accept(isWord('NOT'))) {
      const inner = term(words)
      return key => !inner(key)
    }
    if (accept(isSign('('))) {
      const inner = anyOf(words)
      expectSign(')')
      return inner
    }
    const found = peek()
    if (!found || found.kind === 'sign' || isWord('AND') || isWord('OR')) throw fail()
    at += 1
    if (accept(isSign('='))) {
      if (found.value.startsWith(':')) throw new CannotEvaluate(`SEARCH by ${found.value} is not known here`)
      return term(propertyOf(found.value))
    }
    return found.kind === 'exact'
      ? key => words(key).includes(found.value)
      : key => words(key).some(word => isPartOf(found.value, word))
  }

  const declared = schema()
  const test = peek() ? anyOf(everything) : () => true
  if (peek() || (!declared && tokens.length === 0)) throw fail()
  return {
    ...(declared && { namespace: declared.namespace }),
    matches: key => (!declared || fits(declared, key)) && test(key),
  }
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = []
  let end = 0
  token.lastIndex = 0
  for (let match = token.exec(text); match; match = token.exec(text)) {
    end = token.lastIndex
    const { sign, exact, word } = match.groups ?? {}
    if (sign !== undefined) tokens.push({ kind: 'sign', value: sign })
    else if (exact !== undefined) tokens.push({ kind: 'exact', value: unescaped(exact) })
    else tokens.push({ kind: 'word', value: unescaped(word ?? '') })
  }
  if (text.slice(end).trim() !== '') {
    throw new CannotEvaluate(`SEARCH does not understand «${text.slice(end).trim()}»`)
  }
  return tokens
}

const unescaped = (text: string): string => text.replace(/\\(.)/g, '$1')

/** A metric of this namespace that has these dimensions and no other, where any are named. */
function fits(
  { namespace, dimensions }: { namespace: string; dimensions: readonly string[] },
  key: MetricKey,
): boolean {
  if (key.namespace !== namespace) return false
  if (dimensions.length === 0) return true
  const names = Object.keys(key.dimensions)
  return names.length === dimensions.length && dimensions.every(name => names.includes(name))
}

const everything: Words = ({ namespace, name, dimensions }) => [
  namespace,
  name,
  ...Object.keys(dimensions),
  ...Object.values(dimensions),
]

function propertyOf(property: string): Words {
  if (property === 'MetricName') return ({ name }) => [name]
  if (property === 'Namespace') return ({ namespace }) => [namespace]
  return ({ dimensions }) => (Object.hasOwn(dimensions, property) ? [dimensions[property] as string] : [])
}
