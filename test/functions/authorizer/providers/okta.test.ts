import { Issuer } from '../../../../lib/index.ts'
import { describeProvider } from './describe-provider.ts'
import { but, discovery, type Sample } from './tokens.ts'

const oktaIssuer = 'https://login.example.com/oauth2/default'
const oktaUser: Sample = {
  header: { alg: 'RS256' },
  lives: 3600,
  claims: {
    ver: 1,
    jti: 'AT.0mP4JKAZX1iACIT4vbEDF7LpvDVjxypPMf0D7uX39RE',
    iss: oktaIssuer,
    aud: 'api://default',
    sub: 'user-1@example.com',
    cid: 'nmdP1fcyvdVO11AL7ECm',
    uid: '00ujmkLgagxeRrAg20g3',
    scp: ['openid', 'deals:read'],
    groups: ['Everyone', 'sales'],
  },
}
const oktaMachine = but(oktaUser, {
  ...{ sub: 'nmdP1fcyvdVO11AL7ECm', uid: undefined, groups: undefined, scp: ['deals:read'] },
})
const oktaId: Sample = {
  header: { alg: 'RS256' },
  lives: 3600,
  claims: {
    ver: 1,
    sub: '00uid4BxXw6I6TV4m0g3',
    iss: oktaIssuer,
    aud: 'nmdP1fcyvdVO11AL7ECm',
    amr: ['pwd'],
    idp: '00ok1u7AsAkrwdZL3z0g3',
    jti: 'ID.4eAWJOCMB3SX8XewDfVR',
    auth_time: 1_449_624_026,
    at_hash: 'cpqKfdQA5eH891Ff5oJr_Q',
    groups: ['sales'],
  },
}

describeProvider('Okta', {
  issuer: Issuer.okta(oktaIssuer, { audience: 'api://default' }),
  documents: discovery(oktaIssuer, `${oktaIssuer}/v1/keys`),
  accepts: {
    'a user’s access token': {
      ...oktaUser,
      scopes: ['openid', 'deals:read'],
      roles: ['sales'],
      client: 'nmdP1fcyvdVO11AL7ECm',
    },
    'a machine’s access token': {
      ...oktaMachine,
      scopes: ['deals:read'],
      roles: [],
      client: 'nmdP1fcyvdVO11AL7ECm',
    },
  },
  refuses: [
    ['an ID token', oktaId, 'claim.missing'],
    [
      'an ID token whose client is called like the API',
      but(oktaId, { aud: 'api://default' }),
      'claim.missing',
    ],
    [
      'a token of the org authorization server',
      but(oktaUser, { iss: 'https://login.example.com', aud: 'https://login.example.com' }),
      'token.issuer_unknown',
    ],
    [
      'a token of a type for Okta itself',
      but(oktaUser, {}, { typ: 'application/okta-internal-at+jwt' }),
      'token.type_not_allowed',
    ],
    [
      'a token of another authorization server',
      but(oktaUser, { iss: 'https://login.example.com/oauth2/aus9o8wzkhckw9TLa0h7' }),
      'token.issuer_unknown',
    ],
    ['a token for another API', but(oktaUser, { aud: 'api://other' }), 'claim.audience_mismatch'],
  ],
})
