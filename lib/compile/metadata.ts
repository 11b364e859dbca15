import { Stack } from 'aws-cdk-lib'
import type { Construct } from 'constructs'

/** What a line is about, without the construct's name, and what it says. */
export type Line = readonly [about: string, text: string]

/**
 * Writes what a construct declares into the template's `Metadata`, in words, where `cdk diff` shows which of them changed.
 * Deploying reads none of it.
 *
 * Not in the metadata of a resource: `cdk diff` leaves that out when it compares by a change set, as it does by default.
 */
export function writeContract(construct: Construct, lines: readonly Line[]): void {
  const stack = Stack.of(construct)
  const name = construct.node.path.slice(stack.node.path.length).replace(/^\//, '')
  for (const [about, text] of lines) stack.addMetadata(`${name} ${about}`, text)
}
