import { CannotTell } from '../template/cannot-tell.ts'
import type { Value } from '../template/value.ts'

export interface Principal {
  /** `AWS`, `Service`, `Federated`, `CanonicalUser`; `*` where the policy has just that. */
  readonly kind: string
  readonly name: string
}

export interface Condition {
  readonly operator: string
  /** In lower case: IAM does not tell cases of keys apart. */
  readonly key: string
  readonly values: readonly string[]
}

/** One statement of a policy. */
export interface Statement {
  readonly value: Value
  readonly effect: 'Allow' | 'Deny'
}

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html */
export function statementsOf(policy: Value): Statement[] {
  const document = policy.document()
  if (!document.isPresent) return []
  const statements = document.get('Statement').items()
  if (statements.length === 0) throw new CannotTell(`${policy.at} has no statement`)
  return statements.map(value => {
    const effect = value.get('Effect').text()
    if (effect !== 'Allow' && effect !== 'Deny') throw new CannotTell(`${value.at} neither allows nor denies`)
    return { value, effect }
  })
}

/** Whom it is about. Of `NotPrincipal` nothing: see `hasOpposite`. */
export function principalsOf({ value }: Statement): Principal[] {
  const principal = value.get('Principal')
  if (typeof principal.written === 'string') return [{ kind: '*', name: principal.text() as string }]
  return principal
    .members()
    .flatMap(([kind, names]) => names.items().map(name => ({ kind, name: textOf(name) })))
}

export const textsOf = ({ value }: Statement, element: 'Action' | 'Resource'): string[] =>
  value.get(element).items().map(textOf)

/** Whether it says what it is not about: everything else, then, and what will be. */
export const hasOpposite = ({ value }: Statement, element: 'Action' | 'Resource' | 'Principal'): boolean =>
  value.get(`Not${element}`).isPresent

export const conditionsOf = ({ value }: Statement): Condition[] =>
  value
    .get('Condition')
    .members()
    .flatMap(([operator, keys]) =>
      keys
        .members()
        .map(([key, values]) => ({ operator, key: key.toLowerCase(), values: values.items().map(textOf) })),
    )

function textOf(value: Value): string {
  const text = value.text()
  if (text === undefined) throw new CannotTell(`${value.at} is empty`)
  return text
}
