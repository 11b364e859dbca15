import { expect, test } from 'vitest'
import { openAudit } from '../../../functions/runtime/open-audit.ts'
import { auditKey } from '../../support/audit-facts.ts'

test('a function of an API with an audit trail does not load without its key, and says which variable is missing', () => {
  expect(() => openAudit({ api: 'Api', audit: true }, {})).toThrow('AUDIT_KEY')
  expect(openAudit({ api: 'Api', audit: true }, { AUDIT_KEY: auditKey })).not.toBeNull()
})

test('a function of an API without one writes no event, and needs no key', () => {
  expect(openAudit({ api: 'Api', audit: false }, {})).toBeNull()
})
