import { Fn } from 'aws-cdk-lib'
import { type IUserPool, UserPool } from 'aws-cdk-lib/aws-cognito'
import { Access, DeclarationError, Issuer } from 'sallyport'
import { describe, expect, it } from 'vitest'
import { complaintOf, newApi, newStack, ok, synthesized } from './support.ts'

const api = 'https://api.example.com'
const tenant = 'aaaabbbb-0000-cccc-1111-dddd2222eeee'
const entraApi = '00001111-aaaa-2222-bbbb-3333cccc4444'
const pool = { userPoolProviderName: 'cognito-idp.us-west-2.amazonaws.com/us-west-2_example' } as IUserPool

const untyped = <T>(value: unknown): T => value as T

/** Each preset with the least that it needs, and what is added. */
const presets: Readonly<Record<string, (more?: object) => Issuer>> = {
  cognito: more => Issuer.cognito(pool, { clients: ['client-1'], ...more }),
  auth0: more => Issuer.auth0('tenant.eu.auth0.com', { audience: api, ...more }),
  okta: more => Issuer.okta('https://login.example.com/oauth2/default', { audience: api, ...more }),
  entra: more => Issuer.entra(tenant, { audience: entraApi, ...more }),
  keycloak: more => Issuer.keycloak('https://sso.example.com/realms/main', { audience: api, ...more }),
  google: more => Issuer.google({ audience: api, hostedDomain: 'example.com', ...more }),
}

const whereAudiencesAre: Readonly<Record<string, string>> = {
  auth0: "copy the API's identifier, which the dashboard has under Applications > APIs",
  okta: "copy the server's audience, which the admin console has under Security > API; the default server's is 'api://default'",
  entra: "copy the Application (client) ID of the API's app registration",
  keycloak:
    'name what an audience mapper of a client scope adds to `aud`; Keycloak puts no API there by itself',
}

const withoutOptions: Readonly<Record<string, () => Issuer>> = {
  cognito: () => Issuer.cognito(pool, untyped(undefined)),
  auth0: () => Issuer.auth0('tenant.eu.auth0.com', untyped(undefined)),
  okta: () => Issuer.okta('https://login.example.com/oauth2/default', untyped(undefined)),
  entra: () => Issuer.entra(tenant, untyped(undefined)),
  keycloak: () => Issuer.keycloak('https://sso.example.com/realms/main', untyped(undefined)),
  google: () => Issuer.google(untyped(undefined)),
}

// Of each preset some; what one of them does not have it refuses anyway.
const optional = ['leeway', 'maxLifetime', 'maxAge', 'rolesClaim', 'profile', 'algorithms', 'authority']

const synthesizedWith = (...issuers: Issuer[]) =>
  synthesized(route => route.addRoute('GET /a', { upstream: ok, access: Access.token() }), { issuers })

describe('every preset', () => {
  const names = Object.keys(presets)
  const declare = (name: string, more?: object) => presets[name]?.(more) as Issuer

  it.each(names)('refuses an option that it does not know: %s', name => {
    expect(complaintOf(() => declare(name, { tokenUse: 'id' })).given).toBe('unknown option "tokenUse"')
  })

  it.each(names)('takes the times of an issuer, within their bounds: %s', name => {
    expect(complaintOf(() => declare(name, { leeway: 5 }))).toMatchObject({
      at: expect.stringMatching(/^Issuer\..+ leeway$/),
      allowed: 'a Duration from 0 seconds to 1 minute, in whole seconds',
      fix: 'write Duration.seconds(5)',
    })
    expect(complaintOf(() => declare(name, { maxLifetime: 0 })).at).toMatch(/ maxLifetime$/)
    expect(complaintOf(() => declare(name, { maxAge: '1 h' })).at).toMatch(/ maxAge$/)
  })

  it.each(names)('gives the same manifest for the same declaration: %s', name => {
    const manifestOf = () => JSON.stringify(synthesizedWith(declare(name)).authorizer?.manifest)
    expect(manifestOf()).toBe(manifestOf())
  })

  it.each(names.filter(name => name !== 'google'))(
    'reads roles from another claim where told to: %s',
    name => {
      const rolesOf = (rolesClaim: unknown) => declare(name, { rolesClaim }).declaration.roles
      expect(rolesOf('https://example.com/roles')).toEqual(['https://example.com/roles'])
      expect(rolesOf(['app', 'roles'])).toEqual(['app', 'roles'])
      expect(complaintOf(() => rolesOf('')).at).toMatch(/ rolesClaim$/)
    },
  )

  it.each(names.filter(name => name !== 'cognito'))('refuses a declaration without an audience: %s', name => {
    expect(complaintOf(() => declare(name, { audience: undefined }))).toMatchObject({
      at: expect.stringMatching(/ audience$/),
      given: 'nothing',
      allowed: 'a non-empty string, or a list of them',
      fix: whereAudiencesAre[name] ?? 'state the `aud` of tokens that are meant for this API',
    })
  })

  it.each(names)('shows one that would be accepted in place of no options: %s', name => {
    const { fix } = complaintOf(() => withoutOptions[name]?.())
    expect(fix).toMatch(new RegExp(`^write Issuer\\.${name}\\(.*\\{ .+ \\}\\)$`))
  })

  it.each(names.flatMap(name => optional.map(option => [name, option] as const)))(
    'refuses null, which is no way to leave an option out: %s %s',
    (name, option) => {
      expect(() => declare(name, { [option]: null })).toThrow(DeclarationError)
    },
  )

  it.each([...names, 'none'])('is a declaration of its own among others: %s first', first => {
    const inOrder = [...names].sort((a, b) => Number(b === first) - Number(a === first))
    const { authorizer } = synthesizedWith(...inOrder.map(name => declare(name)))
    expect(authorizer?.manifest.issuers.map(({ issuer }) => issuer)).toEqual(
      inOrder.map(name => declare(name).issuer),
    )
  })
})

describe('a claim that lists roles', () => {
  const roles = (rolesClaim: string | readonly string[]) =>
    Issuer.oidc('https://login.example.com', { audience: 'a', algorithms: ['ES256'], rolesClaim }).declaration
      .roles

  it.each(['realm_access.roles', 'resource_access.app.roles', '.roles'])(
    'is not nested by dots, and whoever writes them is told how it is: %s',
    name => {
      expect(complaintOf(() => roles(name))).toEqual({
        at: "Issuer.oidc('https://login.example.com') rolesClaim",
        given: `"${name}"`,
        allowed: "a claim's name, or a list of the names that lead to a nested one",
        fix: `write [${name
          .split('.')
          .filter(Boolean)
          .map(part => `'${part}'`)
          .join(', ')}] for a nested claim, ['${name}'] for one whose name has the dot`,
      })
      expect(roles([name])).toEqual([name])
      expect(roles(name.split('.').filter(Boolean))).toEqual(name.split('.').filter(Boolean))
    },
  )

  it.each([
    'https://example.com/roles',
    'urn:example.com:roles',
    'example.com/roles',
    'cognito:groups',
    'roles',
  ])('may have a namespace: %s', name => {
    expect(roles(name)).toEqual([name])
  })
})

describe('Issuer.cognito', () => {
  const inStack = () => {
    const stack = newStack()
    const userPool = new UserPool(stack, 'Pool')
    return { stack, userPool, web: userPool.addClient('Web') }
  }

  it('of a pool in the stack knows its name, keys and clients from the authorizer’s environment', () => {
    const { stack, userPool, web } = inStack()
    const resource = Fn.importValue('Resource')
    const issuer = Issuer.cognito(userPool, { clients: [web, 'client-2'], resource })
    const { authorizer } = synthesized(
      route => route.addRoute('GET /a', { upstream: ok, access: Access.token({ roles: ['sales'] }) }),
      { issuers: [issuer] },
      stack,
    )
    expect(authorizer?.manifest.issuers).toEqual([
      {
        issuer: { env: 'ISSUER_0' },
        keys: { kind: 'uri', uri: { env: 'ISSUER_0_JWKS_URI' } },
        audience: { claim: 'client_id', values: [{ env: 'ISSUER_0_AUDIENCE_0' }, 'client-2'] },
        algorithms: ['RS256'],
        tokenType: null,
        requiredClaims: ['client_id', 'jti'],
        fixedClaims: { token_use: 'access', aud: { env: 'ISSUER_0_CLAIM_1' } },
        scopes: { claim: 'scope', form: 'text' },
        roles: ['cognito:groups'],
        clientClaim: 'client_id',
        leewaySeconds: 0,
        maxLifetimeSeconds: 86_400,
        maxAgeSeconds: null,
      },
    ])
    const name = { 'Fn::GetAtt': [expect.stringMatching(/^Pool/), 'ProviderName'] }
    expect(authorizer?.resource.Properties.Environment.Variables).toMatchObject({
      ISSUER_0: { 'Fn::Join': ['', ['https://', name]] },
      ISSUER_0_JWKS_URI: { 'Fn::Join': ['', ['https://', name, '/.well-known/jwks.json']] },
      ISSUER_0_AUDIENCE_0: { Ref: expect.stringMatching(/^PoolWeb/) },
      ISSUER_0_CLAIM_1: { 'Fn::ImportValue': 'Resource' },
    })
  })

  it('of a pool of another stack is at home in the pool’s region', () => {
    const stack = newStack()
    const arn = 'arn:aws:cognito-idp:eu-central-1:123456789012:userpool/eu-central-1_example'
    const { declaration } = Issuer.cognito(UserPool.fromUserPoolArn(stack, 'Pool', arn), { clients: ['a'] })
    expect(stack.resolve(declaration.issuer)).toEqual({
      'Fn::Join': [
        '',
        ['https://cognito-idp.eu-central-1.', { Ref: 'AWS::URLSuffix' }, '/eu-central-1_example'],
      ],
    })
  })

  it('names the pool’s construct in errors', () => {
    const { userPool } = inStack()
    expect(complaintOf(() => Issuer.cognito(userPool, { clients: [] }))).toEqual({
      at: 'Issuer.cognito(S/Pool) clients',
      given: 'an empty list',
      allowed: 'a list of app clients, or their ids',
      fix: "write clients: [client], or clients: ['<client id>']",
    })
  })

  it.each([
    ['one client without its list', 'client-1', ' clients', '"client-1"'],
    ['a client that is a number', [5], ' clients[0]', '5'],
    ['a client that is another construct', [{ clientId: 'a' }], ' clients[0]', 'an object'],
    ['one client twice', ['a', 'a'], ' clients', '"a" twice'],
  ])('refuses %s', (_, clients, place, given) => {
    expect(complaintOf(() => presets.cognito?.({ clients }))).toMatchObject({
      at: `Issuer.cognito(an object)${place}`,
      given,
    })
  })

  it.each([
    ['a name', 'eu-central-1_example', '"eu-central-1_example"'],
    ['nothing', undefined, 'nothing'],
    ['null', null, 'null'],
    ['something else', { userPoolId: 'a' }, 'an object'],
  ])('refuses %s in place of a pool', (_, given, described) => {
    expect(complaintOf(() => Issuer.cognito(untyped(given), { clients: ['a'] }))).toEqual({
      at: 'Issuer.cognito',
      given: described,
      allowed: 'a user pool',
      fix: 'hand in the UserPool itself, or UserPool.fromUserPoolArn(…) for one of another stack',
    })
  })

  it('refuses an empty resource, which no token names', () => {
    expect(complaintOf(() => presets.cognito?.({ resource: '' })).at).toBe(
      'Issuer.cognito(an object) resource',
    )
  })
})

const host = 'a host name in lower case, without scheme, port or path'

describe('Issuer.auth0', () => {
  it.each([
    'https://tenant.eu.auth0.com/',
    'tenant.eu.auth0.com/',
    'Tenant.auth0.com',
    'tenant',
    'a.com:443',
    '',
  ])('refuses %j as a domain: its issuer would be another name', domain => {
    expect(complaintOf(() => Issuer.auth0(domain, { audience: api }))).toEqual({
      at: `Issuer.auth0('${domain}')`,
      given: `domain ${JSON.stringify(domain)}`,
      allowed: host,
      fix: "write for example 'tenant.eu.auth0.com'",
    })
  })

  it.each(['https://tenant.eu.auth0.com/userinfo', 'https://tenant.eu.auth0.com/api/v2/'])(
    'refuses the audience %s, which tokens for other APIs carry',
    audience => {
      expect(complaintOf(() => presets.auth0?.({ audience: [api, audience] }))).toEqual({
        at: "Issuer.auth0('tenant.eu.auth0.com') audience",
        given: `"${audience}"`,
        allowed: 'the identifier of an API of your own',
        fix: "write the API's identifier: tokens for Auth0's own APIs are made for others as well",
      })
    },
  )

  it('refuses a profile that Auth0 does not have', () => {
    expect(complaintOf(() => presets.auth0?.({ profile: 'at+jwt' }))).toEqual({
      at: "Issuer.auth0('tenant.eu.auth0.com') profile",
      given: '"at+jwt"',
      allowed: 'auth0, rfc9068',
      fix: 'write one of these, or leave it out',
    })
  })

  it('takes the API’s signing algorithm, and no symmetric one', () => {
    expect(presets.auth0?.({ algorithms: ['PS256'] }).declaration.algorithms).toEqual(['PS256'])
    expect(complaintOf(() => presets.auth0?.({ algorithms: ['HS256'] })).given).toBe('"HS256"')
  })
})

describe('Issuer.okta', () => {
  it.each([
    'https://login.example.com',
    'https://login.example.com/',
    'https://login.example.com/oauth2',
    'https://login.example.com/oauth2/',
    'https://login.example.com/oauth2/v1',
    'https://login.example.com/oauth2/default/',
    'https://login.example.com/oauth2/default/v1',
  ])('refuses %s: only custom authorization servers make tokens for others', issuer => {
    expect(complaintOf(() => Issuer.okta(issuer, { audience: api }))).toEqual({
      at: `Issuer.okta('${issuer}')`,
      given: `issuer "${issuer}"`,
      allowed: 'the issuer of a custom authorization server: https://<domain>/oauth2/<id>',
      fix: "write for example 'https://login.example.com/oauth2/default'; tokens of the org server are for Okta itself",
    })
  })

  it('refuses plain HTTP', () => {
    expect(
      complaintOf(() => Issuer.okta('http://login.example.com/oauth2/default', { audience: api })).allowed,
    ).toBe('an https URL without user, query or fragment')
  })
})

describe('Issuer.entra', () => {
  it.each(['common', 'organizations', 'consumers', 'example.com', tenant.toUpperCase(), `${tenant}/`, ''])(
    'refuses %j as a tenant: no token’s issuer, or everybody’s',
    given => {
      expect(complaintOf(() => Issuer.entra(given, { audience: entraApi }))).toEqual({
        at: `Issuer.entra('${given}') tenant`,
        given: JSON.stringify(given),
        allowed: 'the id of one directory (tenant), a GUID in lower case',
        fix: 'copy the Directory (tenant) ID; common, organizations and domain names stand in no token',
      })
    },
  )

  it.each([`api://${entraApi}`, 'https://example.com/api', 'my-api'])(
    'refuses the audience %s, which v2.0 tokens never carry',
    audience => {
      expect(complaintOf(() => presets.entra?.({ audience }))).toEqual({
        at: `Issuer.entra('${tenant}') audience`,
        given: JSON.stringify(audience),
        allowed: "the API's application (client) id, a GUID in lower case",
        fix: 'copy the Application (client) ID; api://… is what clients ask for, and v1.0 tokens carry',
      })
    },
  )

  it.each(['login.microsoftonline.us', 'login.partner.microsoftonline.cn'])(
    'knows the cloud %s',
    authority => {
      expect(presets.entra?.({ authority }).issuer).toBe(`https://${authority}/${tenant}/v2.0`)
    },
  )

  it('refuses any other sign-in host', () => {
    expect(complaintOf(() => presets.entra?.({ authority: 'login.example.com' }))).toMatchObject({
      at: `Issuer.entra('${tenant}') authority`,
      allowed: 'login.microsoftonline.com, login.microsoftonline.us, login.partner.microsoftonline.cn',
    })
  })

  it('takes ids that are known only at deploy', () => {
    const issuer = Issuer.entra(Fn.importValue('Tenant'), { audience: Fn.importValue('Api') })
    expect(synthesizedWith(issuer).authorizer?.manifest.issuers[0]).toMatchObject({
      issuer: { env: 'ISSUER_0' },
      audience: { values: [{ env: 'ISSUER_0_AUDIENCE_0' }] },
    })
  })
})

describe('Issuer.keycloak', () => {
  it.each([
    'https://sso.example.com',
    'https://sso.example.com/realms/',
    'https://sso.example.com/realms/main/',
  ])('refuses %s, which is no realm’s issuer', realm => {
    expect(complaintOf(() => Issuer.keycloak(realm, { audience: api }))).toEqual({
      at: `Issuer.keycloak('${realm}')`,
      given: `issuer "${realm}"`,
      allowed: 'the URL of a realm: https://<host>/realms/<realm>',
      fix: "write for example 'https://sso.example.com/realms/main', without a slash at its end",
    })
  })

  it('takes a realm below a path, as older versions have it', () => {
    const issuer = 'https://sso.example.com/auth/realms/main'
    expect(Issuer.keycloak(issuer, { audience: api }).issuer).toBe(issuer)
  })

  it('refuses roles from two places, of which one would be forgotten', () => {
    expect(complaintOf(() => presets.keycloak?.({ rolesOfClient: 'deals', rolesClaim: 'roles' }))).toEqual({
      at: "Issuer.keycloak('https://sso.example.com/realms/main')",
      given: 'rolesOfClient "deals" and rolesClaim',
      allowed: 'one of the two',
      fix: 'remove rolesOfClient where a mapper puts roles into a claim of its own',
    })
  })

  it.each([
    ['a type that it never writes', { tokenType: 'Bearer' }, ' tokenType'],
    ['an empty client', { rolesOfClient: '' }, ' rolesOfClient'],
    ['no algorithm', { algorithms: [] }, ' algorithms'],
  ])('refuses %s', (_, more, place) => {
    expect(complaintOf(() => presets.keycloak?.(more)).at).toMatch(new RegExp(`\\)${place}$`))
  })
})

describe('Issuer.google', () => {
  it.each([undefined, '', 'https://example.com', '@example.com', 'Example.com', 5])(
    'refuses the domain %j: whose accounts count must be said, be it null for everybody’s',
    hostedDomain => {
      expect(complaintOf(() => presets.google?.({ hostedDomain }))).toEqual({
        at: 'Issuer.google',
        given: `hostedDomain ${hostedDomain === undefined ? 'nothing' : JSON.stringify(hostedDomain)}`,
        allowed: `${host}, or null for anyone with an account`,
        fix: "write for example 'example.com'",
      })
    },
  )

  it.each([{ scopes: ['deals:read'] }, { roles: ['sales'] }])(
    'is refused on a route that asks for what its tokens never carry: %j',
    asked => {
      const declare = () =>
        newApi({ issuers: [presets.google?.() as Issuer] }).addRoute('GET /a', {
          upstream: ok,
          access: Access.token(asked),
        })
      expect(complaintOf(declare).given).toMatch(/^(scopes|roles) where no accepted issuer can grant any$/)
    },
  )
})

describe('Issuer.oidc and Issuer.keys', () => {
  const least = { audience: api, algorithms: ['ES256'] as const }
  const declared: Readonly<Record<string, (issuer: string, more?: object) => Issuer>> = {
    oidc: (issuer, more) => Issuer.oidc(issuer, { ...least, ...more }),
    keys: (issuer, more) => Issuer.keys(issuer, { ...least, keys: [], ...more }),
  }

  it.each(['oidc', 'keys'])('refuse the address of a document in place of an issuer: %s', preset => {
    for (const [document, issuer] of [
      ['https://login.example.com/.well-known/openid-configuration', 'https://login.example.com'],
      ['https://a.example.com/t/.well-known/openid-configuration', 'https://a.example.com/t'],
      ['https://a.example.com/.well-known/oauth-authorization-server/t', 'https://a.example.com'],
    ] as const) {
      expect(complaintOf(() => declared[preset]?.(document))).toEqual({
        at: `Issuer.${preset}('${document}')`,
        given: `issuer "${document}"`,
        allowed: 'the `issuer` that stands in that document, as tokens carry it in `iss`',
        fix: `write for example '${issuer}', without /.well-known and what follows it`,
      })
    }
  })

  it.each([
    'tokenType',
    'requiredClaims',
    'scopesClaim',
    'rolesClaim',
    'clientClaim',
    'leeway',
    'maxLifetime',
    'jwksUri',
  ])('refuse null for %s, which would be its default without a word', option => {
    const { at, given } = complaintOf(() => declared.oidc?.('https://a.example.com', { [option]: null }))
    expect(`${at}: ${given}`).toMatch(new RegExp(`${option}.*null$`))
  })

  it('show, in place of nothing at all, what would be accepted', () => {
    expect(complaintOf(() => Issuer.oidc(untyped(undefined), untyped(undefined))).fix).toBe(
      "write Issuer.oidc('https://login.example.com', { audience: 'https://api.example.com', algorithms: ['ES256'] })",
    )
    expect(complaintOf(() => Issuer.oidc('https://a.example.com', untyped(undefined))).fix).toBe(
      "write Issuer.oidc('https://a.example.com', { audience: 'https://api.example.com', algorithms: ['ES256'] })",
    )
    expect(complaintOf(() => Issuer.keys('https://a.example.com', untyped(undefined))).fix).toBe(
      "write Issuer.keys('https://a.example.com', { audience: 'https://api.example.com', algorithms: ['ES256'], keys: [{ … }] })",
    )
  })
})
