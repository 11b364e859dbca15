import { Validations } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import { areBeside, areSurelyBeside } from './beside.ts'
import { DeclarationError } from './declare/declaration-error.ts'

const apisAt = new WeakMap<Construct, Map<string, Construct[]>>()

/** Notes who uses something under a name, and says who did before. */
function note(shared: Construct, name: string, api: Construct): readonly Construct[] {
  const apis = apisAt.get(shared) ?? new Map<string, Construct[]>()
  apisAt.set(shared, apis)
  const others = apis.get(name) ?? []
  apis.set(name, [...others, api])
  return others
}

/** Whether an API uses it. */
export const isUsed = (shared: Construct): boolean => apisAt.has(shared)

/**
 * Notes that an API uses what several can share, where they are told apart by their construct ids alone. Throws a `DeclarationError`.
 *
 * @param why they must differ
 */
export function useAs(option: string, shared: Construct, api: Construct, why: string): void {
  const { id, path } = api.node
  const [other] = note(shared, id, api)
  if (other === undefined) return
  const kind = shared.constructor.name
  throw new DeclarationError({
    at: `${path} ${option}`,
    given: `${shared.node.path}, which ${other.node.path} uses, an API of the same name`,
    allowed: `APIs of different construct ids at one ${kind}: ${why}`,
    fix: `give one of them another id, or ${/^[AEIOU]/.test(kind) ? 'an' : 'a'} ${kind} of its own`,
  })
}

/**
 * CloudWatch tells the metrics of APIs apart by construct id (and API Gateway's own by the API's name, which it is, too): of two with one id in
 * one region and account, dashboards and alarms of each would show both. Throws a `DeclarationError` where it is sure that they are there
 * together; stacks without an env may be for different accounts.
 */
export function checkNamesake(api: Construct): void {
  const { id, path, root } = api.node
  const others = note(root as Construct, id, api).filter(other => areBeside(other, api))
  const certain = others.find(other => areSurelyBeside(other, api))
  if (certain) {
    throw new DeclarationError({
      at: path,
      given: `the id "${id}", which ${certain.node.path} has`,
      allowed: 'an id of its own in a region and account: metrics, alarms and audit events name an API by it',
      fix: 'rename one of the two',
    })
  }
  const [other] = others
  if (!other) return
  Validations.of(api).addWarning(
    'Sallyport-SameApiId',
    `${path} has the construct id of ${other.node.path}: in one account and region their metrics are added up, so that dashboards and alarms of one are about both. Give one of them another id; where they are deployed apart, acknowledge this`,
  )
}
