import { Issuer } from '../../../../lib/index.ts'
import { api, describeProvider } from './describe-provider.ts'
import { but, keySets, type Sample, userPool } from './tokens.ts'

const cognitoIssuer = 'https://cognito-idp.us-west-2.amazonaws.com/us-west-2_example'
const cognitoUser: Sample = {
  header: { alg: 'RS256' },
  lives: 3600,
  claims: {
    sub: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee',
    device_key: 'us-west-2_aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee',
    'cognito:groups': ['admin', 'sales'],
    iss: cognitoIssuer,
    version: 2,
    client_id: '57cbishk4j24pabc1234567890',
    origin_jti: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee',
    event_id: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee',
    token_use: 'access',
    scope: 'phone openid profile email deals/read',
    auth_time: 1_562_190_524,
    jti: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee',
    username: 'user-1',
  },
}
const cognitoMachine = but(cognitoUser, {
  ...{ device_key: undefined, 'cognito:groups': undefined, origin_jti: undefined, event_id: undefined },
  ...{ username: undefined, sub: 'machine1234567890', client_id: 'machine1234567890', scope: 'deals/read' },
})
const cognitoId = but(cognitoUser, {
  ...{
    client_id: undefined,
    scope: undefined,
    version: undefined,
    username: undefined,
    device_key: undefined,
  },
  ...{ token_use: 'id', aud: '57cbishk4j24pabc1234567890', 'cognito:username': 'user-1' },
  ...{ email: 'user-1@example.com', email_verified: true, at_hash: 'cpqKfdQA5eH891Ff5oJr_Q' },
})
const cognitoKeys = { [`${cognitoIssuer}/.well-known/jwks.json`]: { keys: keySets.plain } }

describeProvider('Amazon Cognito', {
  issuer: Issuer.cognito(userPool, { clients: ['57cbishk4j24pabc1234567890', 'machine1234567890'] }),
  documents: cognitoKeys,
  accepts: {
    'a user’s access token': {
      ...cognitoUser,
      scopes: ['openid', 'deals/read'],
      roles: ['admin', 'sales'],
      client: '57cbishk4j24pabc1234567890',
    },
    'a machine’s access token': {
      ...cognitoMachine,
      scopes: ['deals/read'],
      roles: [],
      client: 'machine1234567890',
    },
  },
  refuses: [
    ['an ID token', cognitoId, 'claim.missing'],
    [
      'an ID token that a trigger gave a client_id',
      but(cognitoId, { client_id: '57cbishk4j24pabc1234567890', aud: undefined }),
      'claim.invalid',
    ],
    ['a token without an id of its own', but(cognitoUser, { jti: undefined }), 'claim.missing'],
    [
      'a token of several clients',
      but(cognitoUser, { client_id: ['57cbishk4j24pabc1234567890', 'another'] }),
      'claim.invalid',
    ],
    ['a token of another app client', but(cognitoUser, { client_id: 'another' }), 'claim.audience_mismatch'],
    [
      'a token of another pool',
      but(cognitoUser, { iss: 'https://cognito-idp.us-west-2.amazonaws.com/us-west-2_another' }),
      'token.issuer_unknown',
    ],
    [
      'a token that its client asked for another resource',
      but(cognitoUser, { aud: 'https://other.example.com' }),
      'claim.audience_mismatch',
    ],
    [
      'a token with a typ, which the pool gives none',
      but(cognitoUser, {}, { typ: 'JWT' }),
      'token.type_not_allowed',
    ],
  ],
})

describeProvider('Amazon Cognito with a resource', {
  issuer: Issuer.cognito(userPool, { clients: ['57cbishk4j24pabc1234567890'], resource: api }),
  documents: cognitoKeys,
  accepts: {
    'an access token for the resource': {
      ...but(cognitoUser, { aud: api }),
      scopes: ['deals/read'],
      roles: ['admin'],
      client: '57cbishk4j24pabc1234567890',
    },
  },
  refuses: [
    ['a token for no resource', cognitoUser, 'claim.missing'],
    ['a token for another resource', but(cognitoUser, { aud: 'https://other.example.com' }), 'claim.invalid'],
  ],
})
