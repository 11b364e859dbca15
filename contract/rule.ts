import { isIP } from 'node:net'
import { Environment } from '@marcbachmann/cel-js'
import { type AddressRange, readAddressRange } from './address-range.ts'
import {
  type CertificateMember,
  certificateMembers,
  claimValues,
  parameterValues,
  type RuleInputs,
  type RuleParameters,
  type RuleValues,
} from './rule-values.ts'
import { RuleError, readWords } from './rule-words.ts'

export interface Rule {
  /** Claims that it speaks of, each once, sorted. */
  readonly claims: readonly string[]
  /** Whether it speaks of the path. */
  readonly speaksOfPath: boolean
  /** What of the caller's client certificate it speaks of, each once, sorted. */
  readonly certificate: readonly CertificateMember[]
  /**
   * Whether the rule holds. Throws when it cannot be evaluated: a claim that is not there, a type that does not fit. As in all of CEL
   * an error beside `||` or `&&` counts only where the other side does not decide by itself.
   */
  holds(values: RuleValues): boolean
}

const longest = 1000
const limits = { maxAstNodes: 250, maxDepth: 40, maxListElements: 100, maxCallArguments: 4 }
const celTypes = { string: 'string', integer: 'int', number: 'double', boolean: 'bool' } as const

/**
 * Reads a rule in CEL (https://github.com/google/cel-spec) over `claims`, `path`, `query` and `source.ip`, of which the last has
 * `inRange('10.0.0.0/8')`, and over `certificate` where callers have one. Throws a {@link RuleError} for what is no CEL, does not type-check, or is no yes or no.
 */
export const readRule = (text: string, inputs: RuleInputs): Rule => ruleOf(parseRule(text, inputs), inputs)

/** The first half of {@link readRule}: whether it is CEL. Throws a {@link RuleError}. */
export function parseRule(text: string, inputs: RuleInputs) {
  if (text.length > longest) throw new RuleError(`longer than ${longest} characters`)
  const ranges = new Map<string, AddressRange>()
  const environment = environmentFor(inputs, ranges)
  return { environment, evaluate: parse(environment, text), ranges }
}

/** The second half: whether it speaks of what there is, and says yes or no. Throws a {@link RuleError}. */
export function ruleOf({ evaluate, ranges }: ReturnType<typeof parseRule>, inputs: RuleInputs): Rule {
  const names = (parameters: RuleParameters) => parameters.map(({ name }) => name)
  const words = readWords(evaluate.ast, {
    claims: null,
    path: names(inputs.path),
    query: names(inputs.query),
    source: ['ip'],
    ...(inputs.certificate && { certificate: certificateMembers }),
  })
  const certificate = certificateMembers.filter(name => words.certificate.includes(name)).sort()
  for (const range of words.ranges) ranges.set(range, rangeOf(range))
  // Here, so that the first request finds it done.
  const checked = evaluate.check()
  if (!checked.valid) throw new RuleError(summaryOf(checked.error))
  if (checked.type === 'dyn')
    throw new RuleError('its result may be anything: compare it, for example with true')
  if (checked.type !== 'bool') throw new RuleError(`its result is ${checked.type}, not bool`)
  return {
    claims: words.claims,
    speaksOfPath: words.speaksOfPath,
    certificate,
    holds({ claims, path, query, source, certificate: known = {} }) {
      const result: unknown = evaluate({
        claims: claimValues(claims, words.claims),
        path: parameterValues(path, inputs.path),
        query: parameterValues(query, inputs.query),
        // One that is not known is left out: it is neither in a range nor outside.
        source: new Map(isIP(source.ip) === 0 ? [] : [['ip', source.ip]]),
        ...(inputs.certificate && { certificate: claimValues(known, certificate) }),
      })
      if (typeof result !== 'boolean') throw new TypeError('its result is no yes or no')
      return result
    },
  }
}

function environmentFor(
  { path, query, certificate }: RuleInputs,
  ranges: ReadonlyMap<string, AddressRange>,
): Environment {
  const schemaOf = (parameters: RuleParameters) =>
    Object.fromEntries(
      parameters.map(({ name, wire, many }) => [name, many ? `list<${celTypes[wire]}>` : celTypes[wire]]),
    )
  const has = (name: string, members: ReadonlyMap<string, unknown>) => members.get(name) !== undefined
  const environment = new Environment({ limits })
    .registerType('Query', { schema: schemaOf(query) })
    .registerVariable('claims', 'map<string, dyn>')
    .registerVariable('path', { schema: schemaOf(path) })
    .registerVariable('query', 'Query')
    .registerVariable('source', { schema: { ip: 'string' } })
    .registerOperator('string in Query: bool', has)
    .registerFunction(
      'string.inRange(string): bool',
      (address: string, range: string) => ranges.get(range)?.(address),
      { async: false },
    )
  if (!certificate) return environment
  const schema = Object.fromEntries(certificateMembers.map(name => [name, celTypes.string]))
  return environment.registerVariable('certificate', { schema })
}

function parse(environment: Environment, text: string) {
  try {
    return environment.parse(text)
  } catch (error) {
    throw new RuleError(summaryOf(error))
  }
}

function rangeOf(text: string): AddressRange {
  const range = readAddressRange(text)
  if (!range)
    throw new RuleError(
      `${JSON.stringify(text)} is no range such as '10.0.0.0/8' or '2001:db8::/32'; of one address: '10.0.0.1/32'`,
    )
  return range
}

/** The library's first line; the others draw an arrow below the rule. */
const summaryOf = (error: unknown): string => {
  const { summary, message } = Object(error) as { summary?: string; message?: string }
  return String(summary ?? message ?? error).split('\n')[0] ?? ''
}
