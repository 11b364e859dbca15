import { CannotTell, known } from './cannot-tell.ts'
import { resolve, type Scope } from './intrinsics.ts'

const missing = Symbol('not in the template')

/**
 * A place in a template, read as CloudFormation would at deployment. Whatever cannot be read so, because it is decided then or is no
 * such thing, throws `CannotTell`: a rule that asks has no way to mistake it for an answer.
 */
export class Value {
  /** From the resource: `Properties.MethodSettings.0.HttpMethod`. */
  readonly at: string
  readonly #raw: unknown
  readonly #scope: Scope

  constructor(raw: unknown, at: string, scope: Scope) {
    this.#raw = raw
    this.at = at
    this.#scope = scope
  }

  /** Whether something stands there. An empty text is nothing: a key, a destination or a policy of that name there is none. */
  get isPresent(): boolean {
    const value = this.#read()
    return value !== undefined && value !== ''
  }

  /** Absent if there is no such member, or if this is absent itself. */
  get(...path: readonly string[]): Value {
    return path.reduce<Value>((value, name) => value.#member(name), this)
  }

  /** Each member, by name. None if this is absent. */
  members(): [string, Value][] {
    const object = this.#object()
    return Object.keys(object).map(name => [name, this.#member(name)])
  }

  /** Of a list each item; anything else is a list of one, as in policies. None if this is absent. */
  items(): Value[] {
    const value = this.#read()
    if (value === undefined) return []
    if (!Array.isArray(value)) return [this]
    return value
      .map((item, index) => new Value(item, `${this.at}.${index}`, this.#scope))
      .filter(item => item.#read() !== undefined)
  }

  /** References to resources stand in it as `${…}`, see `Templates.referred`. Undefined if this is absent. */
  text(): string | undefined {
    const value = this.#read()
    if (value === undefined) return undefined
    if (typeof value === 'object' || typeof value === 'function')
      throw new CannotTell(`${this.at} is no text`)
    const text = String(value)
    if (text.includes('{{resolve:')) throw new CannotTell(`${this.at} is read from elsewhere at deployment`)
    return text
  }

  /** Whether CloudFormation puts a secret there: it is in no template then, but whoever reads the resource reads it. */
  get isFilledWithSecret(): boolean {
    return isSecretReference(this.#raw) || isSecretReference(known(() => this.#read()))
  }

  /** Whether it is, as a whole, a parameter that CloudFormation is told to hide. */
  get isHidden(): boolean {
    const { Ref: name } = Object(this.#raw) as { readonly Ref?: unknown }
    return typeof name === 'string' && this.#scope.hides(name)
  }

  /** Undefined if this is absent. */
  flag(): boolean | undefined {
    const text = this.text()?.toLowerCase()
    if (text === undefined) return undefined
    if (text !== 'true' && text !== 'false') throw new CannotTell(`${this.at} is neither true nor false`)
    return text === 'true'
  }

  /** Undefined if this is absent. */
  number(): number | undefined {
    const text = this.text()
    if (text === undefined) return undefined
    const number = Number(text)
    if (text.trim() === '' || !Number.isFinite(number)) throw new CannotTell(`${this.at} is no number`)
    return number
  }

  /** A policy, or a document: where a template may have it as text, too. */
  document(): Value {
    const value = this.#read()
    if (typeof value !== 'string') return this
    try {
      return new Value(JSON.parse(value), this.at, this.#scope)
    } catch {
      throw new CannotTell(`${this.at} is no JSON`)
    }
  }

  /** A member of an intrinsic function that is read, not resolved. */
  inside(intrinsic: string): Value {
    const raw = this.#raw as Record<string, unknown>
    return new Value(raw[intrinsic], this.at, this.#scope)
  }

  /** As it is written, not resolved. */
  get written(): unknown {
    return this.#raw
  }

  #read(): unknown {
    return this.#raw === missing ? undefined : resolve(this.#raw, this.#scope)
  }

  #member(name: string): Value {
    const object = this.#object()
    return new Value(Object.hasOwn(object, name) ? object[name] : missing, `${this.at}.${name}`, this.#scope)
  }

  #object(): Record<string, unknown> {
    const value = this.#read()
    if (value === undefined) return {}
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new CannotTell(`${this.at} is no object`)
    const macro = Object.keys(value).find(name => name.startsWith('Fn::'))
    if (macro !== undefined) throw new CannotTell(`${this.at} is made by ${macro} at deployment`)
    return value as Record<string, unknown>
  }
}

const isSecretReference = (value: unknown): boolean =>
  /\{\{resolve:(?:secretsmanager|ssm-secure):/.test(JSON.stringify(value) ?? '')
