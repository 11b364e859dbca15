import { CannotTell } from './template/cannot-tell.ts'
import type { Resource } from './template/template.ts'
import type { Templates } from './template/templates.ts'
import type { Value } from './template/value.ts'

export type RuleId = `ZT-${string}`

/** What a rule makes of a resource. `unknown` fails as `non-compliant` does: nobody has shown that it is right. */
export type Verdict = 'compliant' | 'non-compliant' | 'unknown'

/** One thing that is wrong with a resource, or cannot be judged. No findings: compliant. */
export interface Finding {
  readonly verdict: Exclude<Verdict, 'compliant'>
  /** Of several of one rule at one resource: which it is. Acknowledged as `ZeroTrust::<id>[<name>]`. */
  readonly name?: string
  /** Where in the resource: `Properties.SecurityPolicy`. */
  readonly at: string
  /** Without any value of the template that may be secret. */
  readonly why: string
}

/** One demand on a template. Pure: it reads resources, and nothing else. */
export interface Rule {
  readonly id: RuleId
  /** What holds where the rule is kept, in the present tense. */
  readonly title: string
  /** How to mend it. */
  readonly fix: string
  /** Types of the resources it judges. */
  readonly types: readonly string[]
  /** Each finding. What cannot be judged throws `CannotTell`, which becomes one. */
  judge(resource: Resource, app: Templates): Iterable<Finding>
}

export const breach = (at: Value | string, why: string, name?: string): Finding => ({
  verdict: 'non-compliant',
  at: typeof at === 'string' ? at : at.at,
  why,
  ...(name !== undefined && { name }),
})

/**
 * What was thrown where something was judged, as a finding. With a name of its own: that nobody can judge it is one thing to
 * acknowledge, that it is wrong another.
 */
export const undecided = (error: unknown, at: string, name?: string): Finding => ({
  verdict: 'unknown',
  at,
  name: name === undefined ? 'unjudged' : `unjudged ${name}`,
  // Of an error that is no verdict the message may hold anything.
  why: `could not be judged: ${error instanceof CannotTell ? error.message : 'its shape is none that is known'}`,
})

/** Judges each item by itself: one that cannot be judged hides nothing of the others. */
export function* each<Item extends { readonly at: string }>(
  items: Iterable<Item>,
  judge: (item: Item) => Iterable<Finding>,
): Iterable<Finding> {
  for (const item of items) {
    try {
      yield* [...judge(item)]
    } catch (error) {
      yield undecided(error, item.at)
    }
  }
}

/**
 * Judges each item by itself, under a name of its own: whoever acknowledges that one cannot be judged has not acknowledged the others.
 */
export function* apart<Item>(
  items: Iterable<Item>,
  place: (item: Item) => { readonly name: string; readonly at: string },
  judge: (item: Item, name: string) => Iterable<Finding>,
): Iterable<Finding> {
  for (const item of items) {
    const { name, at } = place(item)
    try {
      // To its end, so that what it throws is thrown here.
      yield* [...judge(item, name)]
    } catch (error) {
      yield undecided(error, at, name)
    }
  }
}
