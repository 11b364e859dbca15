import type { GateManifest } from '../../contract/gate-manifest.ts'
import { readRule } from '../../contract/rule.ts'
import type { Rules } from './apply-rule.ts'

/** The rules of a gate's routes. Throws for one that cannot be read, which stops the function at load. */
export const readRules = ({ routes }: GateManifest): Rules =>
  Object.fromEntries(
    Object.entries(routes).flatMap(([key, { access, input }]) =>
      access.kind === 'token' && access.rule !== null ? [[key, readRule(access.rule, input)]] : [],
    ),
  )
