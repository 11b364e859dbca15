import type { Projection } from '../../contract/gate-manifest.ts'
import { Findings } from '../../functions/gate/inputs/findings.ts'
import { project } from '../../functions/gate/inputs/projection.ts'
import { validate } from '../../functions/gate/inputs/validation.ts'
import type { DeclaredRequest } from '../../functions/gate/passage.ts'
import type { GateParts } from '../../functions/gate/pipeline.ts'
import { bodyMaxDepth, parseStrictJson } from '../../functions/runtime/strict-json.ts'
import { answered } from './typical-request.ts'

/** What the two steps that are most of the pipeline spend on bodies and validation, done once more: microseconds by name. */
export function timedParts({ validators, outputs }: GateParts) {
  return (sent: string, declared: DeclaredRequest): Record<string, number> => {
    const { input, output } = declared.route
    const answer = output?.kind === 'declared' ? output.statuses['200'] : undefined
    const [ofInput, ofAnswer] = [validators[declared.key], outputs[declared.key]?.['200']]
    if (input.body?.kind !== 'json' || answer?.kind !== 'json' || !ofInput || !ofAnswer) {
      throw new Error('the typical route is another')
    }
    const times: Record<string, number> = {}
    const timed = <T>(name: string, run: () => T): T => {
      const startedAt = performance.now()
      const result = run()
      times[name] = (performance.now() - startedAt) * 1000
      return result
    }
    const read = (text: string, projection: Projection, name: string) => {
      const parsed = timed(`${name}.parse`, () => parseStrictJson(text, bodyMaxDepth))
      return timed(`${name}.strip`, () => project(parsed?.value, projection))
    }
    read(sent, input.body.projection, 'declareInputs')
    timed('declareInputs.validate', () => validate(declared, ofInput, new Findings()))
    const value = read(answered, answer.projection, 'declareOutputs')
    timed('declareOutputs.validate', () => ofAnswer(value))
    timed('declareOutputs.write', () => JSON.stringify(value))
    return times
  }
}
