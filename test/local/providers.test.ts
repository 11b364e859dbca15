import { generateKeyPairSync } from 'node:crypto'
import { CfnUserPoolGroup, UserPool, UserPoolClient } from 'aws-cdk-lib/aws-cognito'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { Access, Issuer, Upstream, ZeroTrustApi } from 'sallyport'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LocalCloud, startCloud } from '../../local/cloud.ts'
import { type Assemblies, createAssemblies } from './assemblies.ts'

const audience = 'https://api.example.com'
const [tenant, application] = ['6babcaad-604b-40ac-a9d7-9fd97c0b779f', '6e74172b-be56-4843-9ff4-e66a39bb12e3']

let assemblies: Assemblies
let cloud: LocalCloud

const ok = Upstream.stub(200, { ok: true })

function pinnedKey() {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { ...publicKey.export({ format: 'jwk' }), kid: 'pinned-1', alg: 'ES256', use: 'sig' }
}

beforeAll(async () => {
  assemblies = createAssemblies()
  const assembly = assemblies.synthesize(stack => {
    const pool = new UserPool(stack, 'People', { signInAliases: { email: true } })
    const client = new UserPoolClient(stack, 'Web', { userPool: pool })
    const api = new ZeroTrustApi(stack, 'Api', {
      issuers: [
        Issuer.cognito(pool, { clients: [client] }),
        Issuer.auth0('tenant.auth0.example.com', { audience }),
        Issuer.okta('https://id.example.com/oauth2/default', { audience }),
        Issuer.entra(tenant, { audience: application }),
        Issuer.keycloak('https://sso.example.com/realms/main', { audience }),
        Issuer.google({ audience: 'client.apps.example.com', hostedDomain: 'example.com' }),
        Issuer.keys('https://pinned.example.com', { audience, algorithms: ['ES256'], keys: [pinnedKey()] }),
      ],
    })
    api.addRoute('GET /any', { upstream: ok, access: Access.token() })
    api.addRoute('GET /scoped', { upstream: ok, access: Access.token({ scopes: ['deals:read'] }) })
    api.addRoute('GET /sales', { upstream: ok, access: Access.token({ roles: ['sales'] }) })
  })
  cloud = await startCloud({ assembly })
})
afterAll(async () => {
  await cloud?.close()
  assemblies.remove()
})

const status = async (path: string, token: string) =>
  (await fetch(`${cloud.url}${path}`, { headers: { authorization: `Bearer ${token}` } })).status
const isOf = (name: string) =>
  cloud.issuers.builtIn(
    cloud.issuers.all().find(({ issuer }) => issuer.includes(name))?.issuer ?? expect.fail(name),
  ) ?? expect.fail(`${name} is not played`)

describe.each([
  ['cognito-idp.', 'cognito:groups'],
  ['auth0.example.com', 'permissions'],
  ['id.example.com', 'groups'],
  ['login.microsoftonline.com', 'roles'],
  ['sso.example.com', 'realm_access'],
])('a token of the issuer at %s', (name, rolesClaim) => {
  it('opens what its scopes and roles allow, and nothing else', async () => {
    const issuer = isOf(name)
    const plain = await issuer.mint({ subject: 'ada' })
    const granted = await issuer.mint({ subject: 'ada', scope: 'x deals:read', roles: ['sales'] })
    expect(Object.keys(decodeJwt(granted))).toContain(rolesClaim)
    for (const [path, without, having] of [
      ['/any', 200, 200],
      ['/scoped', 403, 200],
      ['/sales', 403, 200],
    ] as const) {
      expect([path, await status(path, plain), await status(path, granted)]).toEqual([path, without, having])
    }
  })
})

describe('a token of Google', () => {
  it('opens what asks for no scope, and has none', async () => {
    const google = isOf('accounts.google.com')
    const token = await google.mint({ subject: 'ada' })
    expect(decodeJwt(token)).toMatchObject({ hd: 'example.com', azp: 'sallyport-cli' })
    expect([await status('/any', token), await status('/scoped', token)]).toEqual([200, 403])
    await expect(google.mint({ subject: 'ada', scope: 'deals:read' })).rejects.toThrow('carry no scopes')
  })

  it('of another hosted domain opens nothing', async () => {
    const token = await isOf('accounts.google.com').mint({
      subject: 'ada',
      claims: { hd: 'other.example.com' },
    })
    expect(await status('/any', token)).toBe(401)
  })
})

describe('a user pool of the app', () => {
  it('has the issuer that AWS would give it, with an id that is the same in every synthesis', async () => {
    expect(cloud.issuers.all()[0]?.issuer).toMatch(
      /^https:\/\/cognito-idp\.eu-west-1\.amazonaws\.com\/eu-west-1_[0-9a-z]{9}$/,
    )
    const again = assemblies.synthesize(stack => {
      const pool = new UserPool(stack, 'People', { signInAliases: { email: true } })
      const client = new UserPoolClient(stack, 'Web', { userPool: pool })
      const api = new ZeroTrustApi(stack, 'Api', { issuers: [Issuer.cognito(pool, { clients: [client] })] })
      api.addRoute('GET /any', { upstream: ok, access: Access.token() })
    })
    const other = await startCloud({ assembly: again })
    const [pool] = other.issuers.all()
    await other.close()
    expect(pool).toEqual({ ...cloud.issuers.all()[0], origin: expect.any(String) })
  })

  it('makes tokens as a pool does: no typ, its client’s id, no audience', async () => {
    const token = await isOf('cognito-idp.').mint({ subject: 'ada' })
    const [client] = cloud.issuers.all()[0]?.audiences ?? []
    expect(client).toMatch(/^[0-9a-z]{26}$/)
    expect(decodeProtectedHeader(token)).not.toHaveProperty('typ')
    expect(decodeJwt(token)).toMatchObject({ client_id: client, token_use: 'access' })
    expect(decodeJwt(token)).not.toHaveProperty('aud')
  })

  it('makes no token that opens anything when it is asked for an ID token', async () => {
    const token = await isOf('cognito-idp.').mint({ subject: 'ada', claims: { token_use: 'id' } })
    expect(await status('/any', token)).toBe(401)
  })

  it('is all of Cognito that runs here: another resource of it is refused by name', async () => {
    const assembly = assemblies.synthesize(stack => {
      const pool = new UserPool(stack, 'People')
      new CfnUserPoolGroup(stack, 'Sales', { userPoolId: pool.userPoolId, groupName: 'sales' })
    })
    await expect(startCloud({ assembly })).rejects.toThrow(
      /^Small\.Sales: AWS::Cognito::UserPoolGroup is not run by the local cloud; it runs .*AWS::Cognito::UserPool, AWS::Cognito::UserPoolClient/,
    )
  })
})

it('an issuer with pinned keys is listed, and plays no part in the network', () => {
  expect(cloud.issuers.all().at(-1)).toMatchObject({
    issuer: 'https://pinned.example.com',
    origin: null,
    builtIn: false,
  })
  expect(cloud.issuers.names()).not.toHaveProperty(['pinned.example.com'])
})
