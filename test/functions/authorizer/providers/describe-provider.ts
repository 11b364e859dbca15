import { describe, expect, it, test } from 'vitest'
import type { ReasonCode } from '../../../../contract/reasons.ts'
import { permit } from '../../../../functions/authorizer/permissions.ts'
import type { Issuer } from '../../../../lib/index.ts'
import { but, type Sample, sign, verifierOf } from './tokens.ts'

// Claim sets are those of the providers' documentation (each preset's docstring links to it), with its example values.

export interface Provider {
  readonly issuer: Issuer
  readonly documents: Readonly<Record<string, unknown>>
  /** With what each grants, exactly. */
  readonly accepts: Readonly<
    Record<string, Sample & { readonly scopes: string[]; readonly roles: string[]; readonly client: string }>
  >
  readonly refuses: ReadonlyArray<readonly [what: string, token: Sample, reason: ReasonCode]>
}

export const api = 'https://example.com/health-api'

/** What a route asks that asks for nothing but a token of this issuer. */
export const nothing = {
  issuers: [0],
  scopes: [],
  anyScope: [],
  roles: [],
  claims: [],
  carried: [],
  viewers: [],
  fingerprint: 'f',
}

export function describeProvider(name: string, { issuer, documents, accepts, refuses }: Provider): void {
  describe(name, () => {
    const ask = async (sample: Sample, access: object, late = false) => {
      const decision = await verifierOf(issuer, documents, late).verify(await sign(sample))
      if (!decision.ok) return decision.reason
      const permitted = permit(decision.value, { ...nothing, ...access }, 'GET /a')
      return permitted.ok ? `as ${permitted.value.client}` : permitted.reason
    }

    for (const [what, { scopes, roles, client, ...sample }] of Object.entries(accepts)) {
      it(`accepts ${what}, names its client, and grants its scopes and roles`, async () => {
        expect(await ask(sample, { scopes })).toBe(`as ${client}`)
        for (const role of roles) expect(await ask(sample, { roles: [role] })).toBe(`as ${client}`)
      })

      it(`accepts ${what} also where the declaration is known only at deploy`, async () => {
        expect(await ask(sample, { scopes }, true)).toBe(`as ${client}`)
      })

      it(`grants no other scopes and roles to ${what}`, async () => {
        expect(await ask(sample, { scopes: ['another'] })).toBe('scope.insufficient')
        expect(await ask(sample, { scopes: [...scopes, 'another'] })).toBe('scope.insufficient')
        expect(await ask(sample, { roles: ['another'] })).toBe('role.missing')
      })

      it(`refuses ${what} when a symmetric key signed it`, async () => {
        expect(await ask(but(sample, {}, { alg: 'HS256' }), {})).toBe('token.algorithm_not_allowed')
      })
    }

    test.each(refuses)('refuses %s', async (_, sample, reason) => {
      expect(await ask(sample, {})).toBe(reason)
      expect(await ask(sample, {}, true)).toBe(reason)
    })

    it('asks for the documents that the provider publishes, each once', async () => {
      const { asked, verify } = verifierOf(issuer, documents)
      const [first] = Object.values(accepts)
      if (!first) throw new Error('nothing is accepted')
      for (let i = 0; i < 3; i += 1) expect((await verify(await sign(first))).ok).toBe(true)
      expect(asked).toEqual(Object.keys(documents))
    })
  })
}
