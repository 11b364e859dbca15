import { expect, it } from 'vitest'
import { complaintOf } from './support.ts'

export interface Case {
  readonly when: string
  readonly declare: () => unknown
  readonly at: string
  readonly given: string
  readonly allowed: string
  readonly fix: string
}

/** Refused declarations: the whole of what a person reads, so that none of its four parts goes missing. */
export const refuses = (cases: readonly Case[]) => {
  for (const { when, declare, ...complaint } of cases) {
    it(`refuses ${when}`, () => {
      expect(complaintOf(declare)).toEqual(complaint)
    })
  }
}

/** What JavaScript, or a cast, can hand in. */
export const untyped = <T>(value: unknown): T => value as T
