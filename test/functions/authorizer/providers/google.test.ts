import { expect, test } from 'vitest'
import { permit } from '../../../../functions/authorizer/permissions.ts'
import { Issuer } from '../../../../lib/index.ts'
import { api, describeProvider, nothing } from './describe-provider.ts'
import { but, keySets, type Sample, sign, verifierOf } from './tokens.ts'

const googleUser: Sample = {
  header: { alg: 'RS256', typ: 'JWT' },
  lives: 3600,
  claims: {
    iss: 'https://accounts.google.com',
    azp: '1234987819200.apps.googleusercontent.com',
    aud: '1234987819200.apps.googleusercontent.com',
    sub: '10769150350006150715113082367',
    at_hash: 'HK6E_P6Dh8Y93mRNtsDB1Q',
    hd: 'example.com',
    email: 'user-1@example.com',
    email_verified: true,
    nonce: '0394852-3190485-2490358',
  },
}
const googleMachine: Sample = {
  ...googleUser,
  claims: {
    iss: 'https://accounts.google.com',
    azp: '10769150350006150715',
    aud: api,
    sub: '10769150350006150715',
    email: 'robot@project.iam.gserviceaccount.example.com',
    email_verified: true,
  },
}
const googleDocuments = { 'https://www.googleapis.com/oauth2/v3/certs': { keys: keySets.plain } }

describeProvider('Google for a Workspace domain', {
  issuer: Issuer.google({
    audience: ['1234987819200.apps.googleusercontent.com', api],
    hostedDomain: 'example.com',
  }),
  documents: googleDocuments,
  accepts: {
    'an ID token of its people': {
      ...googleUser,
      scopes: [],
      roles: [],
      client: '1234987819200.apps.googleusercontent.com',
    },
  },
  refuses: [
    ['people of another domain', but(googleUser, { hd: 'example.org' }), 'claim.invalid'],
    [
      'people of no domain, whatever their address says',
      but(googleUser, { hd: undefined, email: 'user-1@example.com' }),
      'claim.missing',
    ],
    ['a service account', googleMachine, 'claim.missing'],
    [
      'an ID token for another client',
      but(googleUser, { aud: 'another.apps.googleusercontent.com' }),
      'claim.audience_mismatch',
    ],
    ['the issuer’s old name', but(googleUser, { iss: 'accounts.google.com' }), 'token.issuer_unknown'],
    [
      'a security event, which the same keys sign',
      but(googleUser, { iss: 'https://accounts.google.com/' }),
      'token.issuer_unknown',
    ],
  ],
})

describeProvider('Google for whoever it knows', {
  issuer: Issuer.google({ audience: api, hostedDomain: null }),
  documents: googleDocuments,
  accepts: {
    'an ID token of a service account': {
      ...googleMachine,
      scopes: [],
      roles: [],
      client: '10769150350006150715',
    },
  },
  refuses: [['an ID token for somebody else', googleUser, 'claim.audience_mismatch']],
})

test('Google’s ID tokens grant no scopes and roles, whatever stands in them', async () => {
  const { verify } = verifierOf(Issuer.google({ audience: api, hostedDomain: null }), googleDocuments)
  const decision = await verify(
    await sign(but(googleMachine, { scope: 'read', scp: ['read'], roles: ['sales'] })),
  )
  if (!decision.ok) throw new Error(decision.reason)
  const ask = (access: object) => {
    const permitted = permit(decision.value, { ...nothing, ...access }, 'GET /a')
    return permitted.ok ? 'permitted' : permitted.reason
  }
  expect(ask({})).toBe('permitted')
  expect(ask({ scopes: ['read'] })).toBe('scope.insufficient')
  expect(ask({ roles: ['sales'] })).toBe('role.missing')
})
