import { Names } from 'aws-cdk-lib'
import type { Construct } from 'constructs'

/**
 * A name for what must have one, or gets one that does not know `stackName`: unlike any other of the account and region, of so many
 * characters at most. It begins as its stack's name does, by which a deployer's policy knows it.
 */
export const physicalName = (scope: Construct, id: string, most: number): string => {
  const maxLength = most - id.length - 1
  return `${Names.uniqueResourceName(scope, { maxLength, separator: '-', allowedSpecialCharacters: '-' })}-${id}`
}
