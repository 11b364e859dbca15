import {
  type Deny,
  deny,
  type FieldError,
  type Place,
  type SurplusPlace,
} from '../../../contract/decision.ts'

// Enough to mend a request by. More would let a request write an answer, or a log line, of any length.
const most = 20
// Names of what is not declared, and of members of maps, are a caller's own words.
const longestName = 200

type Surplus = Exclude<SurplusPlace, 'output'>

/** A name, or how it is made if it is to be kept. */
type Name = string | (() => string)

const field = (place: Place, name: Name, detail: string): FieldError => ({
  in: place,
  name: (typeof name === 'string' ? name : name()).slice(0, longestName),
  detail,
})

/**
 * What was found while a request was read: every place is read before the first no, so that a caller learns of all that is
 * wrong at once. Names only, never a value.
 */
export class Findings {
  readonly #ambiguous: FieldError[] = []
  readonly #malformed: FieldError[] = []
  readonly #invalid: FieldError[] = []
  // By place, so that none crowds out another.
  readonly #undeclared = new Map<Surplus, FieldError[]>()
  readonly #left = new Map<Surplus, number>()

  /** Sent more than once: which of the two would the next reader take? */
  ambiguous(place: Place, name: string): void {
    if (this.#ambiguous.length < most) this.#ambiguous.push(field(place, name, 'was sent more than once'))
  }

  /** Not what was sent any more: it was decoded before it came here, and not all of it was text. */
  malformed(place: Place, name: string): void {
    if (this.#malformed.length < most) this.#malformed.push(field(place, name, 'is not UTF-8'))
  }

  invalid(place: Place, name: Name, detail: string): void {
    if (this.#invalid.length < most) this.#invalid.push(field(place, name, detail))
  }

  /** Whether it was already said to be invalid. */
  has(place: Place, name: string): boolean {
    return this.#invalid.some(found => found.in === place && found.name === name)
  }

  /** Not declared, and so not copied. */
  undeclared(place: Surplus, name: Name): void {
    this.#left.set(place, (this.#left.get(place) ?? 0) + 1)
    const named = this.#undeclared.get(place)
    if (!named) this.#undeclared.set(place, [field(place, name, 'is not declared')])
    else if (named.length < most) named.push(field(place, name, 'is not declared'))
  }

  /** How much was left behind, by place. */
  get left(): ReadonlyMap<Surplus, number> {
    return this.#left
  }

  /** The first names of what was left behind in a place. */
  namesLeftIn(place: Surplus): string[] {
    return (this.#undeclared.get(place) ?? []).map(({ name }) => name)
  }

  /** `input.ambiguous`, if anything was: nothing else can be said of such a request. */
  get ambiguity(): Deny | undefined {
    return denial('input.ambiguous', this.#ambiguous)
  }

  /** `input.malformed`, if anything was. */
  get malformation(): Deny | undefined {
    return denial('input.malformed', this.#malformed)
  }

  /** `input.undeclared`, if anything was that is no header: browsers and whoever is in between add those. */
  get surplus(): Deny | undefined {
    const all = [...this.#undeclared].flatMap(([place, found]) => (place === 'header' ? [] : found))
    return denial('input.undeclared', all.slice(0, most))
  }

  /** `input.invalid`, if anything was. */
  get invalidity(): Deny | undefined {
    return denial('input.invalid', this.#invalid)
  }
}

const denial = (
  reason: 'input.ambiguous' | 'input.malformed' | 'input.undeclared' | 'input.invalid',
  fields: readonly FieldError[],
): Deny | undefined => (fields.length > 0 ? deny(reason, { fields }) : undefined)
