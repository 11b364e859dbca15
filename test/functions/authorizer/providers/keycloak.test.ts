import { Issuer } from '../../../../lib/index.ts'
import { describeProvider } from './describe-provider.ts'
import { but, discovery, keySets, type Sample } from './tokens.ts'

const realm = 'https://sso.example.com/realms/main'
const keycloakUser: Sample = {
  header: { alg: 'RS256', typ: 'JWT' },
  lives: 300,
  claims: {
    jti: 'onrtac:0a2f6d4c-5f3e-4d1c-9b7a-2f8e6c1d3b5a',
    iss: realm,
    aud: ['deals-api', 'account'],
    sub: 'f1888f4d-5172-4359-be0c-af338505d86c',
    typ: 'Bearer',
    azp: 'deals-web',
    sid: '04ab3f2c-7d1e-4b60-8a55-9c0e1f2d3a4b',
    acr: '1',
    realm_access: { roles: ['offline_access', 'sales'] },
    resource_access: { 'deals-api': { roles: ['approver'] }, account: { roles: ['manage-account'] } },
    scope: 'openid email deals:read',
    email_verified: true,
    preferred_username: 'user-1',
  },
}
const keycloakMachine = but(keycloakUser, {
  ...{ jti: 'trrtcc:0a2f6d4c-5f3e-4d1c-9b7a-2f8e6c1d3b5a', aud: 'deals-api', azp: 'deals-sync' },
  ...{
    sid: undefined,
    client_id: 'deals-sync',
    scope: 'deals:read',
    preferred_username: 'service-account-sync',
  },
})
const keycloakId = but(keycloakUser, {
  ...{ typ: 'ID', aud: 'deals-web', scope: undefined, realm_access: undefined, resource_access: undefined },
  ...{ at_hash: 'cpqKfdQA5eH891Ff5oJr_Q', auth_time: 1_562_190_524 },
})
const keycloakDocuments = discovery(realm, `${realm}/protocol/openid-connect/certs`, keySets.withEncryption)

describeProvider('Keycloak', {
  issuer: Issuer.keycloak(realm, { audience: 'deals-api' }),
  documents: keycloakDocuments,
  accepts: {
    'a user’s access token': {
      ...keycloakUser,
      scopes: ['openid', 'deals:read'],
      roles: ['sales'],
      client: 'deals-web',
    },
    'a service account’s access token': {
      ...keycloakMachine,
      scopes: ['deals:read'],
      roles: ['sales'],
      client: 'deals-sync',
    },
  },
  refuses: [
    ['an ID token', keycloakId, 'claim.audience_mismatch'],
    ['an ID token for a client that is the API', but(keycloakId, { aud: 'deals-api' }), 'claim.invalid'],
    [
      'a refresh token',
      but(keycloakUser, { typ: 'Refresh', aud: realm }, { alg: 'HS512' }),
      'token.algorithm_not_allowed',
    ],
    [
      'a refresh token of a realm that signs them with its key',
      but(keycloakUser, { typ: 'Refresh' }),
      'claim.invalid',
    ],
    ['a logout token', but(keycloakUser, { typ: 'Logout' }, { typ: 'logout+jwt' }), 'token.type_not_allowed'],
    ['a token that is bound to a proof', but(keycloakUser, { typ: 'DPoP' }), 'claim.invalid'],
    ['a token that no mapper gave an audience', but(keycloakUser, { aud: undefined }), 'claim.missing'],
    ['a token for another client', but(keycloakUser, { aud: 'account' }), 'claim.audience_mismatch'],
    ['a token of another realm', but(keycloakUser, { iss: `${realm}-2` }), 'token.issuer_unknown'],
    ['a token of the other type', but(keycloakUser, {}, { typ: 'at+jwt' }), 'token.type_not_allowed'],
  ],
})

describeProvider('Keycloak with at+jwt and the roles of a client', {
  issuer: Issuer.keycloak(realm, { audience: 'deals-api', tokenType: 'at+jwt', rolesOfClient: 'deals-api' }),
  documents: keycloakDocuments,
  accepts: {
    'an access token': {
      ...but(keycloakUser, {}, { typ: 'at+jwt' }),
      scopes: ['deals:read'],
      roles: ['approver'],
      client: 'deals-web',
    },
  },
  refuses: [
    ['an ID token', keycloakId, 'token.type_not_allowed'],
    ['a token of the other type', keycloakUser, 'token.type_not_allowed'],
  ],
})
