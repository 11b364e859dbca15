import { Aws, Stack, Token } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import { DeclarationError } from './declare/declaration-error.ts'

/** Whether both are deployed to one region and account, as far as their stacks say where. */
export const areBeside = (one: Construct, other: Construct): boolean => placeOf(one) === placeOf(other)

/** Whether nothing that a deployment is told can part them. */
export function areSurelyBeside(one: Construct, other: Construct): boolean {
  const [a, b] = [Stack.of(one), Stack.of(other)]
  if (a === b) return true
  const isKnown = !Token.isUnresolved(a.account) && !Token.isUnresolved(a.region)
  return isKnown && areBeside(one, other)
}

function placeOf(construct: Construct): string {
  const { account, region } = Stack.of(construct)
  return [
    Token.isUnresolved(account) ? Aws.ACCOUNT_ID : account,
    Token.isUnresolved(region) ? Aws.REGION : region,
  ].join(' ')
}

/** CloudWatch has metrics and logs where they were written: elsewhere, an alarm would wait for ever, and a graph stay empty. Throws a `DeclarationError`. */
export function checkWatchesBeside(at: string, watching: Construct, api: Construct): void {
  if (areBeside(watching, api)) return
  throw new DeclarationError({
    at,
    given: `${api.node.path}, which is in another region or account`,
    allowed: 'an API in the same region and account: CloudWatch has its metrics nowhere else',
    fix: 'give both stacks the same env',
  })
}
