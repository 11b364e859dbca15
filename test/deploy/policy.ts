import { describe, expect, test } from 'vitest'
import {
  actionsOfTypes,
  allowedActions,
  creation,
  isAllowed,
  policyTexts,
  statements,
} from './deployer-policy.ts'
import { beyondTheRegistry, notNeeded } from './not-needed.ts'
import type { Run } from './run.ts'

/** docs/deployer-policy*.json, by what was seen and by what AWS says of its own handlers. */
export function policyIsLeast(run: Run): void {
  describe('the policies of docs/deployer-policy*.json', () => {
    const seenAs = (role: RegExp) => [
      ...new Set(run.emulator.asked().flatMap(({ as, action }) => (role.test(as) ? [action] : []))),
    ]
    const types = () => [...new Set(run.resources.map(({ type }) => type))].sort()
    const uses = (type: string, property: string) =>
      run.resources.some(one => one.type === type && property in one.properties)

    test('allow every action that was taken for a stack', () => {
      const seen = seenAs(/^cloudformation$/)
      expect(seen.length).toBeGreaterThan(30)
      expect(seen.filter(action => !allowedActions.has(action))).toEqual([])
    })

    test('allow what AWS lists for the types of our stacks, but for what they do not use', () => {
      for (const [type, actions] of Object.entries(actionsOfTypes(types()))) {
        const excused = notNeeded.filter(one => one.type === type).flatMap(one => one.actions)
        const missing = actions.filter(action => !allowedActions.has(action) && !excused.includes(action))
        expect({ type, missing }).toEqual({ type, missing: [] })
      }
    })

    test('leave out nothing for a property that a stack has, and excuse nothing that they allow or AWS does not list', () => {
      const listed = actionsOfTypes(types())
      for (const { type, property, actions } of notNeeded) {
        if (property !== null)
          expect({ type, property, used: uses(type, property) }).toMatchObject({ used: false })
        for (const action of actions) expect(listed[type]).toContain(action)
        expect(actions.filter(action => allowedActions.has(action))).toEqual([])
      }
    })

    test('allow no action that none of our stacks needs', () => {
      const listed = new Set(Object.values(actionsOfTypes(types())).flat())
      const beyond = [...allowedActions].filter(action => !listed.has(action))
      expect(beyond.sort()).toEqual(Object.keys(beyondTheRegistry).sort())
    })

    test('reach each resource that was deployed, by its own name', () => {
      for (const resource of run.resources) {
        const [action, arn] = creation(resource)
        expect({ action, arn, allowed: isAllowed(action, arn) }).toEqual({ action, arn, allowed: true })
      }
    })

    test('name every action in full, and each fits a managed policy', () => {
      expect([...allowedActions].filter(action => !/^[a-z0-9-]+:[A-Za-z]+$/.test(action))).toEqual([])
      for (const [file, text] of Object.entries(policyTexts))
        expect({ file, fits: JSON.stringify(JSON.parse(text)).length <= 6144 }).toEqual({ file, fits: true })
      // Two of one name would be one statement to AWS.
      expect(new Set(statements.map(({ Sid }) => Sid)).size).toBe(statements.length)
    })
  })

  describe('whoever runs the CLI', () => {
    test('only takes on the roles that bootstrap made', () => {
      const bootstrapped = run.emulator.asked().findIndex(({ as }) => as.includes('-deploy-role-'))
      const after = run.emulator.asked().slice(bootstrapped)
      const own = after.filter(({ as }) => as === 'deployer').map(({ action }) => action)
      // To ask who one is takes no permission.
      expect(new Set(own.filter(action => action !== 'sts:GetCallerIdentity'))).toEqual(
        new Set(['sts:AssumeRole']),
      )
    })
  })
}
