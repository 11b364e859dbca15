import { Stack, Token } from 'aws-cdk-lib'
import type { Construct, IConstruct } from 'constructs'
import { DeclarationError } from './declare/declaration-error.ts'

const known = new WeakMap<IConstruct, readonly Construct[]>()

/**
 * API Gateway's metrics name an API by its name, and so do ours: of two with one name in one region and account, alarms and dashboards of each
 * would show both. Only where it is sure: stacks without an env may be for different accounts. Throws a `DeclarationError`.
 */
export function checkOnlyOne(api: Construct): void {
  const { root, id, path } = api.node
  const others = known.get(root) ?? []
  const other = others.find(each => each.node.id === id && areSurelyBeside(each, api))
  if (other) {
    throw new DeclarationError({
      at: path,
      given: `the id "${id}", which ${other.node.path} has`,
      allowed: 'an id of its own in a region and account: metrics, alarms and audit events name an API by it',
      fix: 'rename one of the two',
    })
  }
  known.set(root, [...others, api])
}

function areSurelyBeside(one: Construct, other: Construct): boolean {
  const [a, b] = [Stack.of(one), Stack.of(other)]
  if (a === b) return true
  const isKnown = !Token.isUnresolved(a.account) && !Token.isUnresolved(a.region)
  return isKnown && a.account === b.account && a.region === b.region
}
