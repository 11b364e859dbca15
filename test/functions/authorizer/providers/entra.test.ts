import { Issuer } from '../../../../lib/index.ts'
import { describeProvider } from './describe-provider.ts'
import { but, discovery, keySets, type Sample } from './tokens.ts'

const tenant = 'aaaabbbb-0000-cccc-1111-dddd2222eeee'
const entraApi = '00001111-aaaa-2222-bbbb-3333cccc4444'
const entraClient = '11112222-bbbb-3333-cccc-4444dddd5555'
const entraIssuer = `https://login.microsoftonline.com/${tenant}/v2.0`
const entraUser: Sample = {
  header: { alg: 'RS256', typ: 'JWT' },
  lives: 4500,
  claims: {
    aud: entraApi,
    iss: entraIssuer,
    aio: 'AXQAi/8TAAAAtY7n',
    azp: entraClient,
    azpacr: '0',
    name: 'User 1',
    oid: '22223333-cccc-4444-dddd-5555eeee6666',
    preferred_username: 'user-1@example.com',
    rh: '1.AAAA',
    roles: ['Sales.Read'],
    scp: 'access_as_user Deals.Read',
    sub: 'HKZpfaHyWadeOouYlitjrI-KffTm222X5rrV3xDqfKQ',
    tid: tenant,
    uti: 'fqiBqXLPj0eQa82S-IYFAA',
    ver: '2.0',
  },
}
const entraMachine = but(entraUser, {
  ...{
    scp: undefined,
    name: undefined,
    preferred_username: undefined,
    azpacr: '1',
    roles: ['Deals.Read.All'],
  },
  ...{ sub: '22223333-cccc-4444-dddd-5555eeee6666', idtyp: 'app' },
})
// What an application that is its own API gets: the same `aud`, `iss`, `typ` and key.
const entraId = but(entraUser, {
  ...{ azp: undefined, azpacr: undefined, scp: undefined, nonce: '12345' },
})
const entraV1 = but(entraUser, {
  ...{ iss: `https://sts.windows.net/${tenant}/`, aud: `api://${entraApi}`, ver: '1.0', azp: undefined },
  ...{ azpacr: undefined, appid: entraClient, appidacr: '0', unique_name: 'user-1@example.com' },
})

describeProvider('Microsoft Entra ID', {
  issuer: Issuer.entra(tenant, { audience: entraApi }),
  documents: discovery(
    entraIssuer,
    `https://login.microsoftonline.com/${tenant}/discovery/v2.0/keys`,
    keySets.withoutAlgorithm,
  ),
  accepts: {
    'a user’s access token': {
      ...entraUser,
      scopes: ['access_as_user', 'Deals.Read'],
      roles: ['Sales.Read'],
      client: entraClient,
    },
    'an application’s access token': {
      ...entraMachine,
      scopes: [],
      roles: ['Deals.Read.All'],
      client: entraClient,
    },
    'a user’s access token without profile': {
      ...but(entraUser, { tid: undefined, oid: undefined, name: undefined, preferred_username: undefined }),
      scopes: ['Deals.Read'],
      roles: ['Sales.Read'],
      client: entraClient,
    },
  },
  refuses: [
    ['an ID token for the same application', entraId, 'claim.missing'],
    ['a v1.0 token', entraV1, 'token.issuer_unknown'],
    ['a version 1.0 under the name of version 2.0', but(entraUser, { ver: '1.0' }), 'claim.invalid'],
    ['a version that is a number', but(entraUser, { ver: 2 }), 'claim.invalid'],
    [
      'a token of another tenant, which the same keys sign',
      but(entraUser, { iss: entraIssuer.replace('aaaabbbb', 'bbbbcccc') }),
      'token.issuer_unknown',
    ],
    ['a token for another API', but(entraUser, { aud: entraClient }), 'claim.audience_mismatch'],
    [
      'a token of another cloud',
      but(entraUser, { iss: entraIssuer.replace('.com', '.us') }),
      'token.issuer_unknown',
    ],
    ['a token of another type', but(entraUser, {}, { typ: 'at+jwt' }), 'token.type_not_allowed'],
  ],
})
