import { CannotEvaluate } from './cannot-evaluate.ts'

const operators = ['+', '-', '*', '/', '^', '==', '!=', '<=', '>=', '<', '>', 'AND', 'OR'] as const

export type BinaryOperator = (typeof operators)[number]

/** A metric math expression, parsed. */
export type Expression =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'text'; readonly value: string }
  /** Of a metric or another expression. */
  | { readonly kind: 'id'; readonly id: string }
  /** `REPEAT`, `DESC`: what some functions take beside numbers. */
  | { readonly kind: 'word'; readonly word: string }
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  | { readonly kind: 'negate'; readonly of: Expression }
  | {
      readonly kind: 'binary'
      readonly operator: BinaryOperator
      readonly left: Expression
      readonly right: Expression
    }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[] }

// Loosest first. Those of one row go from left to right.
const precedence: ReadonlyArray<readonly BinaryOperator[]> = [
  ['OR'],
  ['AND'],
  ['==', '!=', '<=', '>=', '<', '>'],
  ['+', '-'],
  ['*', '/'],
]

const token =
  /\s*(?:(?<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+)|(?<name>[A-Za-z_][A-Za-z0-9_]*)|(?<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?<sign>==|!=|<=|>=|&&|\|\||[-+*/^<>()[\],]))/y

type Token =
  | { readonly kind: 'number' | 'name' | 'text' | 'sign'; readonly value: string }
  | { readonly kind: 'end'; readonly value: '' }

// Whoever nests deeper means harm, or errs.
const depthMax = 100

/**
 * Parses metric math. Throws a `CannotEvaluate` that quotes what is not understood.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html#metric-math-syntax
 */
export function parseExpression(text: string): Expression {
  const tokens = tokenize(text)
  let at = 0
  let depth = 0
  const peek = (): Token => tokens[at] ?? { kind: 'end', value: '' }
  const isSign = (value: string) => peek().kind === 'sign' && peek().value === value
  const accept = (value: string): boolean => {
    if (!isSign(value)) return false
    at += 1
    return true
  }
  const expect = (value: string): void => {
    if (!accept(value)) throw unexpected(text, peek())
  }

  function operatorAmong(row: readonly BinaryOperator[]): BinaryOperator | undefined {
    const { kind, value } = peek()
    if (kind !== 'sign' && kind !== 'name') return undefined
    const written = value === '&&' ? 'AND' : value === '||' ? 'OR' : value
    return row.find(operator => operator === written)
  }

  function binary(row: number): Expression {
    const operatorsOfRow = precedence[row]
    if (!operatorsOfRow) return unary()
    let left = binary(row + 1)
    for (;;) {
      const operator = operatorAmong(operatorsOfRow)
      if (!operator) return left
      at += 1
      left = { kind: 'binary', operator, left, right: binary(row + 1) }
    }
  }

  function unary(): Expression {
    if (accept('-')) return { kind: 'negate', of: nested(unary) }
    if (accept('+')) return nested(unary)
    const base = primary()
    return accept('^') ? { kind: 'binary', operator: '^', left: base, right: nested(unary) } : base
  }

  function nested(part: () => Expression): Expression {
    depth += 1
    if (depth > depthMax) throw new CannotEvaluate(`${quoted(text)} is nested too deep`)
    const inner = part()
    depth -= 1
    return inner
  }

  const whole = () => nested(() => binary(0))

  function listUntil(end: string): Expression[] {
    const items: Expression[] = []
    if (accept(end)) return items
    do items.push(whole())
    while (accept(','))
    expect(end)
    return items
  }

  function primary(): Expression {
    const { kind, value } = peek()
    at += 1
    if (kind === 'number') return { kind, value: Number(value) }
    if (kind === 'text') return { kind, value: value.slice(1, -1).replace(/\\(.)/g, unescaped(value)) }
    if (kind === 'name') {
      if (accept('(')) return { kind: 'call', name: value, args: listUntil(')') }
      return /^[a-z]/.test(value) ? { kind: 'id', id: value } : { kind: 'word', word: value }
    }
    if (kind === 'sign' && value === '(') {
      const inner = whole()
      expect(')')
      return inner
    }
    if (kind === 'sign' && value === '[') return { kind: 'list', items: listUntil(']') }
    throw unexpected(text, { kind, value } as Token)
  }

  const expression = whole()
  if (peek().kind !== 'end') throw unexpected(text, peek())
  return expression
}

/** Only the quote itself is escaped: a search has backslashes of its own. */
const unescaped = (literal: string) => (all: string, character: string) =>
  character === literal[0] && character === "'" ? character : all

function tokenize(text: string): Token[] {
  const tokens: Token[] = []
  token.lastIndex = 0
  let end = 0
  for (let match = token.exec(text); match; match = token.exec(text)) {
    end = token.lastIndex
    const [kind, value] = Object.entries(match.groups ?? {}).find(([, found]) => found !== undefined) ?? []
    tokens.push({ kind: kind as 'sign', value: value as string })
  }
  const rest = text.slice(end).trim()
  if (rest !== '') throw unexpected(text, { kind: 'sign', value: rest.slice(0, 10) })
  return tokens
}

const unexpected = (text: string, { kind, value }: Token): CannotEvaluate =>
  new CannotEvaluate(
    kind === 'end' ? `${quoted(text)} ends too early` : `${quoted(text)} is not understood at ${value}`,
  )

const quoted = (text: string): string => `«${text.length > 80 ? `${text.slice(0, 79)}…` : text}»`

/** Calls of this function in an expression, however deep. */
export function callsOf(expression: Expression, name: string): Array<Expression & { kind: 'call' }> {
  const inner = partsOf(expression).flatMap(part => callsOf(part, name))
  return expression.kind === 'call' && expression.name === name ? [expression, ...inner] : inner
}

/** Ids that an expression names, however deep. */
export function idsOf(expression: Expression): string[] {
  return expression.kind === 'id' ? [expression.id] : partsOf(expression).flatMap(idsOf)
}

function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'list':
      return expression.items
    case 'negate':
      return [expression.of]
    case 'binary':
      return [expression.left, expression.right]
    case 'call':
      return expression.args
    default:
      return []
  }
}
