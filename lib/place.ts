import { Aws, Stack, Token } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import { DeclarationError } from './declare/declaration-error.ts'

/** Account and region that a construct is deployed into; where nobody says, those that the deployment has. */
export function placeOf(construct: Construct): string {
  const { account, region } = Stack.of(construct)
  const known = (given: string, otherwise: string) => (Token.isUnresolved(given) ? otherwise : given)
  return `${known(account, Aws.ACCOUNT_ID)} ${known(region, Aws.REGION)}`
}

/** What watches an API elsewhere would find none of its metrics, and stay quiet for good. Throws a `DeclarationError`. */
export function checkSeen(watching: Construct, api: Construct): void {
  if (placeOf(watching) === placeOf(api)) return
  throw new DeclarationError({
    at: `${watching.node.path} api`,
    given: `${api.node.path}, which is in another region or account`,
    allowed: 'an API in the region and account of this stack: CloudWatch has its metrics there alone',
    fix: 'give both stacks the same env',
  })
}
