import { CloudFormationClient } from '@aws-sdk/client-cloudformation'
import { clientOptions, type Deployed } from './deployed.ts'
import type { Emulator } from './emulator.ts'

/** What the parts of the run share, in the order in which they run. */
export interface Run {
  /** Started before the first test. */
  emulator: Emulator
  /** Every resource that was deployed, and read back. */
  readonly resources: Deployed[]
  /** What differed from what was declared, and is listed as not held: `type.property`. */
  readonly differing: Set<string>
}

export const cloudFormation = ({ emulator }: Run) => new CloudFormationClient(clientOptions(emulator.origin))
