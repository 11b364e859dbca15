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

/** One statement of a policy, which is read when it is asked: that one cannot be judged hides nothing of the others. */
export class Statement {
  readonly value: Value

  constructor(value: Value) {
    this.value = value
  }

  get at(): string {
    return this.value.at
  }

  /** To be asked first: throws for a statement with an element that is none, or in another case. */
  get effect(): 'Allow' | 'Deny' {
    const stranger = this.value.members().find(([name]) => !elements.includes(name))
    if (stranger) throw new CannotTell(`${stranger[1].at} is no element of a statement`)
    const effect = this.value.get('Effect').text()
    if (effect !== 'Allow' && effect !== 'Deny') throw new CannotTell(`${this.at} neither allows nor denies`)
    return effect
  }
}

const elements = ['Principal', 'Action', 'Resource'].flatMap(name => [name, `Not${name}`])
elements.push('Sid', 'Effect', 'Condition')

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html */
export function statementsOf(policy: Value): Statement[] {
  const document = policy.document()
  if (!document.isPresent) return []
  const statements = document.get('Statement').items()
  if (statements.length === 0) throw new CannotTell(`${policy.at} has no statement`)
  return statements.map(value => new Statement(value))
}

/** Whom it is about. Of `NotPrincipal` nothing: see `hasOpposite`. */
export function principalsOf({ value }: Statement): Principal[] {
  const principal = value.get('Principal')
  if (typeof principal.written === 'string') return [{ kind: '*', name: principal.text() as string }]
  return principal
    .members()
    .flatMap(([kind, names]) => names.items().map(name => ({ kind, name: textOf(name) })))
}

/** Whether it is about everyone: `*` of another kind, such as services, is not. */
export const isForEveryone = (statement: Statement): boolean =>
  principalsOf(statement).some(({ kind, name }) => name === '*' && (kind === '*' || kind === 'AWS'))

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
