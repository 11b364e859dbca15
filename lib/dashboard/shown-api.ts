import { Stack, Token } from 'aws-cdk-lib'
import type { ZeroTrustApi } from '../zero-trust-api.ts'

/** How the names of what CloudFormation makes of an API's stack begin. */
export function stackNameOf(api: ZeroTrustApi): string {
  let stack = Stack.of(api)
  // A nested stack's own name begins with its parent's.
  while (Token.isUnresolved(stack.stackName) && stack.nestedStackParent) stack = stack.nestedStackParent
  return stack.stackName
}

// Of a stack's name as much is sure to be in a function's, which is cut to 64 characters.
const mostOfStackName = 24

/**
 * What finds the functions and log groups of an API's stack: the words that its name begins with. A search compares whole words, so one
 * that may be cut off is left out. References to functions would do as well, until an upstream is removed: CloudFormation deletes nothing
 * that another stack imports.
 */
export function wordsOfStack(api: ZeroTrustApi): string {
  const name = stackNameOf(api)
  let words = ''
  for (const [word] of name.matchAll(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|-/g)) {
    if (words.length + word.length > mostOfStackName) break
    words += word
  }
  return words.replace(/-+$/, '') || name
}
