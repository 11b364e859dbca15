import { Issuer } from '../../../../lib/index.ts'
import { api, describeProvider, type Provider } from './describe-provider.ts'
import { but, discovery, type Sample } from './tokens.ts'

const auth0Issuer = 'https://my-domain.auth0.com/'
const auth0User: Sample = {
  header: { alg: 'RS256', typ: 'JWT' },
  lives: 86_400,
  claims: {
    iss: auth0Issuer,
    sub: 'auth0|123456',
    aud: [api, 'https://my-domain.auth0.com/userinfo'],
    azp: 'my_client_id',
    scope: 'openid profile read:patients read:admin',
    permissions: ['read:patients'],
    my_custom_claim: 'my_custom_value',
  },
}
const auth0Machine = but(auth0User, {
  ...{ sub: 'my_client_id@clients', aud: api, scope: 'read:patients', gty: 'client-credentials' },
  ...{ my_custom_claim: undefined },
})
const auth0Id: Sample = {
  ...auth0User,
  claims: {
    iss: auth0Issuer,
    sub: 'auth0|123456',
    aud: 'my_client_id',
    nonce: 'n-0S6_WzA2Mj',
    name: 'User 1',
    email: 'user-1@example.com',
    sid: 'wEAUyuLIqVDuvSVWLrpj4Yt5YhGiUrPn',
  },
}
const auth0Documents = discovery(auth0Issuer, 'https://my-domain.auth0.com/.well-known/jwks.json')
const auth0Refuses = (token: Sample): Provider['refuses'] => [
  ['an ID token', auth0Id, 'claim.missing'],
  ['a token of another tenant', but(token, { iss: 'https://other.auth0.com/' }), 'token.issuer_unknown'],
  [
    'the tenant without its slash',
    but(token, { iss: 'https://my-domain.auth0.com' }),
    'token.issuer_unknown',
  ],
  [
    'a token for the profile alone',
    but(token, { aud: 'https://my-domain.auth0.com/userinfo' }),
    'claim.audience_mismatch',
  ],
  [
    'a token for another API',
    but(token, { aud: ['https://example.com/other-api', 'https://my-domain.auth0.com/userinfo'] }),
    'claim.audience_mismatch',
  ],
]

describeProvider('Auth0', {
  issuer: Issuer.auth0('my-domain.auth0.com', { audience: api }),
  documents: auth0Documents,
  accepts: {
    'a user’s access token': {
      ...auth0User,
      scopes: ['read:patients', 'read:admin'],
      roles: ['read:patients'],
      client: 'my_client_id',
    },
    'a machine’s access token': {
      ...auth0Machine,
      scopes: ['read:patients'],
      roles: ['read:patients'],
      client: 'my_client_id',
    },
  },
  refuses: [
    ...auth0Refuses(auth0User),
    [
      'an ID token that names an authorized party',
      but(auth0Id, { azp: 'my_client_id' }),
      'claim.audience_mismatch',
    ],
    ['a token of the other profile', but(auth0User, {}, { typ: 'at+jwt' }), 'token.type_not_allowed'],
  ],
})

const auth0Rfc9068 = but(
  auth0User,
  { azp: undefined, client_id: 'my_client_id', jti: '73WakrfVbNJBaAmhQtEeDv' },
  { typ: 'at+jwt' },
)

describeProvider('Auth0 in the profile of RFC 9068', {
  issuer: Issuer.auth0('my-domain.auth0.com', { audience: api, profile: 'rfc9068' }),
  documents: auth0Documents,
  accepts: {
    'an access token': {
      ...auth0Rfc9068,
      scopes: ['read:patients'],
      roles: ['read:patients'],
      client: 'my_client_id',
    },
  },
  refuses: [
    ...auth0Refuses(auth0Rfc9068).filter(([what]) => what !== 'an ID token'),
    ['an ID token', auth0Id, 'token.type_not_allowed'],
    ['a token of the other profile', auth0User, 'token.type_not_allowed'],
  ],
})
