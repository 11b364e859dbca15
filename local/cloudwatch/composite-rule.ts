import { CannotEvaluate } from './cannot-evaluate.ts'
import type { StateValue } from './status.ts'

/** The rule of a composite alarm, parsed. */
export type CompositeRule =
  | { readonly kind: 'constant'; readonly value: boolean }
  /** Whether an alarm, named or by its ARN, is in this state. */
  | { readonly kind: 'state'; readonly state: StateValue; readonly alarm: string }
  | { readonly kind: 'not'; readonly of: CompositeRule }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly CompositeRule[] }
  /** Whether at least so many of these alarms, or so much of them in percent, are in this state, or are not. */
  | {
      readonly kind: 'at-least'
      readonly least: number
      readonly percent: boolean
      readonly state: StateValue
      readonly not: boolean
      readonly alarms: readonly string[]
    }

const states: readonly StateValue[] = ['OK', 'ALARM', 'INSUFFICIENT_DATA']

const token = /\s*(?:(?<sign>[(),])|"(?<quoted>[^"]*)"|(?<word>[^\s(),"]+))/y

interface Token {
  readonly kind: 'sign' | 'quoted' | 'word' | 'end'
  readonly value: string
}

const end: Token = { kind: 'end', value: 'its end' }

const depthMax = 100

/**
 * Parses an `AlarmRule`. AND binds closer than OR, NOT closer than both. Throws a `CannotEvaluate` for what is no rule.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
 */
export function parseRule(text: string): CompositeRule {
  const tokens = tokenize(text)
  let at = 0
  let depth = 0
  const peek = (): Token => tokens[at] ?? end
  const take = (): Token => {
    const found = peek()
    at += 1
    return found
  }
  const fail = (found: Token) => new CannotEvaluate(`AlarmRule is not understood at ${found.value}`)
  const accept = (kind: Token['kind'], value: string): boolean => {
    const found = peek().kind === kind && peek().value === value
    if (found) at += 1
    return found
  }
  const expect = (sign: string): void => {
    if (!accept('sign', sign)) throw fail(peek())
  }
  const name = (): string => {
    const found = take()
    if (found.kind !== 'quoted' && found.kind !== 'word') throw fail(found)
    return found.value
  }

  function joined(kind: 'and' | 'or', word: string, part: () => CompositeRule): CompositeRule {
    const first = part()
    const parts = [first]
    while (accept('word', word)) parts.push(part())
    return parts.length === 1 ? first : { kind, parts }
  }
  const anyOf = (): CompositeRule => joined('or', 'OR', allOf)
  const allOf = (): CompositeRule => joined('and', 'AND', term)

  function term(): CompositeRule {
    depth += 1
    if (depth > depthMax) throw new CannotEvaluate('AlarmRule is nested too deep')
    const found = termAt(take())
    depth -= 1
    return found
  }

  function termAt(found: Token): CompositeRule {
    if (found.kind === 'sign' && found.value === '(') {
      const inner = anyOf()
      expect(')')
      return inner
    }
    if (found.kind !== 'word') throw fail(found)
    if (found.value === 'NOT') return { kind: 'not', of: term() }
    if (found.value === 'TRUE' || found.value === 'FALSE') {
      return { kind: 'constant', value: found.value === 'TRUE' }
    }
    expect('(')
    if (found.value === 'AT_LEAST') return atLeast()
    const state = stateNamed(found)
    const alarm = name()
    expect(')')
    return { kind: 'state', state, alarm }
  }

  function stateNamed(found: Token): StateValue {
    const state = states.find(each => each === found.value)
    if (!state) throw fail(found)
    return state
  }

  function atLeast(): CompositeRule {
    const amount = take()
    const [, digits, percent] = /^(\d+)(%?)$/.exec(amount.value) ?? []
    if (digits === undefined) throw fail(amount)
    expect(',')
    const not = accept('word', 'NOT')
    const state = stateNamed(take())
    expect(',')
    expect('(')
    const alarms = [name()]
    while (accept('sign', ',')) alarms.push(name())
    expect(')')
    expect(')')
    return { kind: 'at-least', least: Number(digits), percent: percent === '%', state, not, alarms }
  }

  const rule = anyOf()
  if (peek() !== end) throw fail(peek())
  return rule
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = []
  let last = 0
  token.lastIndex = 0
  for (let match = token.exec(text); match; match = token.exec(text)) {
    last = token.lastIndex
    const { sign, quoted, word } = match.groups ?? {}
    if (sign !== undefined) tokens.push({ kind: 'sign', value: sign })
    else if (quoted !== undefined) tokens.push({ kind: 'quoted', value: quoted })
    else tokens.push({ kind: 'word', value: word as string })
  }
  if (text.slice(last).trim() !== '') {
    throw new CannotEvaluate(`AlarmRule is not understood at ${text.slice(last).trim()}`)
  }
  return tokens
}

/** Whether a rule is true, by the states of the alarms it names. */
export function holds(rule: CompositeRule, stateOf: (alarm: string) => StateValue): boolean {
  switch (rule.kind) {
    case 'constant':
      return rule.value
    case 'state':
      return stateOf(rule.alarm) === rule.state
    case 'not':
      return !holds(rule.of, stateOf)
    case 'and':
      return rule.parts.every(part => holds(part, stateOf))
    case 'or':
      return rule.parts.some(part => holds(part, stateOf))
    case 'at-least': {
      const found = rule.alarms.filter(alarm => (stateOf(alarm) === rule.state) !== rule.not).length
      return rule.percent ? found * 100 >= rule.least * rule.alarms.length : found >= rule.least
    }
  }
}

/** Alarms that a rule names, as it names them. */
export function alarmsIn(rule: CompositeRule): readonly string[] {
  switch (rule.kind) {
    case 'constant':
      return []
    case 'state':
      return [rule.alarm]
    case 'not':
      return alarmsIn(rule.of)
    case 'and':
    case 'or':
      return rule.parts.flatMap(alarmsIn)
    case 'at-least':
      return rule.alarms
  }
}
