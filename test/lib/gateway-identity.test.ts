import { Duration, Stack } from 'aws-cdk-lib'
import { Alias, type IKey, Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms'
import {
  Access,
  Credentials,
  GatewayIdentity,
  type GatewayIdentityProps,
  Limit,
  Principal,
  Upstream,
  type ZeroTrustApi,
  type ZeroTrustApiProps,
} from 'sallyport'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { refuses, untyped } from './refusals.ts'
import { anyOutput, anyToken, login, newApi, newApp, newStack, synthesized } from './support.ts'

const issuer = 'https://api.example.com'
const crmUrl = 'https://crm.example.com'
const audience = crmUrl
const forSigning = { keySpec: KeySpec.ECC_NIST_P256, keyUsage: KeyUsage.SIGN_VERIFY }

interface Statement {
  readonly Action: string | readonly string[]
}

/** What a gate's role may do beside its log and traces, and beside what operators order. */
const permissionsOf = (artifacts: ReturnType<typeof synthesized>, id: string): Statement[] => {
  const [role] = artifacts.gate(id).resource.Properties.Role['Fn::GetAtt']
  return artifacts
    .all('AWS::IAM::Policy')
    .filter(({ Properties }) => Properties.Roles.some(({ Ref }: { Ref: string }) => Ref === role))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement as Statement[])
    .filter(({ Action }) => !/^(?:logs|dynamodb|xray):/.test([Action].flat()[0] ?? ''))
}

/** Two upstreams of one identity, one signed by its role, one that is told nothing, and the key set. */
function withEverything(props: Partial<GatewayIdentityProps> = {}, stack = newStack()) {
  const identity = new GatewayIdentity(stack, 'Identity', { issuer, ...props })
  const declare = (api: ZeroTrustApi) => {
    const declared = { output: anyOutput, access: Access.token() }
    const token = (name: string) => Credentials.gatewayToken(identity, { audience: name })
    const add = (id: string, options: Parameters<typeof Upstream.http>[1]) =>
      api.addRoute(`GET /${id}`, {
        ...declared,
        upstream: api.addUpstream(id, Upstream.http(`https://${id.toLowerCase()}.example.com`, options)),
      })
    add('Crm', { credentials: token('crm') })
    add('Billing', { credentials: token('billing'), principal: Principal.claims({ 'x-tenant': 'tenant' }) })
    add('Search', {
      credentials: Credentials.sigV4({
        service: 'es',
        region: 'us-east-1',
        allow: { actions: ['es:ESHttpGet'], resources: ['arn:aws:es:us-east-1:123456789012:domain/deals/*'] },
      }),
    })
    add('Plain', { principal: Principal.none() })
    api.addRoute('GET /.well-known/jwks.json', { upstream: identity.keySet, access: Access.public() })
  }
  return synthesized(declare, { issuers: [login] }, stack)
}

// Made once, by the first test that needs it: what was read of it stays.
let made: ReturnType<typeof withEverything> | undefined
const usual = () => {
  made ??= withEverything()
  return made
}

const keyArn = (id: string) => ({ 'Fn::GetAtt': [expect.stringMatching(id), 'Arn'] })
const jwks = 'Gate GET --.well-known--jwks.json'

describe('the key of an identity', () => {
  it('is one for ECDSA on P-256, for signing only, and stays when its stack is deleted', () => {
    const key = usual().only('AWS::KMS::Key')
    expect(key.Properties).toMatchObject({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' })
    expect([key.DeletionPolicy, key.UpdateReplacePolicy]).toEqual(['Retain', 'Retain'])
  })

  it('is the one that is given, where one is', () => {
    const stack = newStack()
    const artifacts = withEverything({ key: new Key(stack, 'Own', forSigning) }, stack)
    expect(artifacts.all('AWS::KMS::Key')).toHaveLength(1)
    expect(permissionsOf(artifacts, 'Crm')[0]).toMatchObject({ Resource: keyArn('^Own') })
  })
})

describe('the role of', () => {
  const key = keyArn('^IdentityKey')

  it('a gate with tokens can have this key sign for ES256, and read its public part', () => {
    const artifacts = usual()
    for (const id of ['Crm', 'Billing']) {
      expect(permissionsOf(artifacts, id)).toEqual([
        {
          Effect: 'Allow',
          Action: 'kms:Sign',
          Resource: key,
          Condition: { StringEquals: { 'kms:SigningAlgorithm': 'ECDSA_SHA_256' } },
        },
        { Effect: 'Allow', Action: 'kms:GetPublicKey', Resource: key },
      ])
    }
  })

  it('a gate of a key set can read the public parts of its keys, and have none sign', () => {
    const stack = newStack()
    const old = Key.fromKeyArn(stack, 'Old', 'arn:aws:kms:eu-west-1:123456789012:key/old')
    const next = new Key(stack, 'Next', forSigning)
    const artifacts = withEverything({ nextKey: next, previousKeys: [old] }, stack)
    expect(permissionsOf(artifacts, jwks)).toEqual([
      { Effect: 'Allow', Action: 'kms:GetPublicKey', Resource: [old.keyArn, key, keyArn('^Next')] },
    ])
    expect(permissionsOf(artifacts, 'Crm').map(({ Action }) => Action)).toEqual([
      'kms:Sign',
      'kms:GetPublicKey',
    ])
    expect(JSON.stringify(permissionsOf(artifacts, 'Crm'))).not.toMatch(/Next|old/)
  })

  it('a gate that signs its requests can do there what is declared, and nothing with keys', () => {
    expect(permissionsOf(usual(), 'Search')).toEqual([
      {
        Effect: 'Allow',
        Action: 'es:ESHttpGet',
        Resource: 'arn:aws:es:us-east-1:123456789012:domain/deals/*',
      },
    ])
  })

  it('a gate without credentials can do nothing more', () => {
    expect(permissionsOf(usual(), 'Plain')).toEqual([])
  })
})

describe('an identity in a stack of its own', () => {
  it('serves an API of another, by a key that travels as an environment variable', () => {
    const app = newApp()
    const identity = new GatewayIdentity(new Stack(app, 'Keys'), 'Identity', { issuer })
    const artifacts = synthesized(
      api =>
        api.addRoute('GET /a', {
          upstream: api.addUpstream(
            'Crm',
            Upstream.http(crmUrl, { credentials: Credentials.gatewayToken(identity, { audience }) }),
          ),
          output: anyOutput,
          access: Access.public(),
        }),
      {},
      new Stack(app, 'S'),
    )
    const { manifest, resource } = artifacts.gate('Crm')
    const imported = { 'Fn::ImportValue': expect.stringMatching(/^Keys:/) }
    expect(resource.Properties.Environment.Variables).toEqual({ SIGNING_KEY: imported })
    expect(manifest.upstream).toMatchObject({
      principal: { kind: 'none' },
      credentials: {
        kind: 'gatewayToken',
        issuer,
        audience,
        key: { env: 'SIGNING_KEY' },
        lifetimeSeconds: 60,
      },
    })
  })
})

describe('a key set', () => {
  const alone = (props: ZeroTrustApiProps = {}) => {
    const stack = newStack()
    const identity = new GatewayIdentity(stack, 'Identity', { issuer })
    return synthesized(
      api => api.addRoute('GET /keys', { upstream: identity.keySet, access: Access.public() }),
      props,
      stack,
    )
  }

  it('is answered in JSON, of which the public document knows each member', () => {
    const { gate } = alone()
    expect(gate('Gate GET --keys').manifest.routes['GET /keys']?.output).toMatchObject({
      kind: 'declared',
      statuses: {
        200: {
          kind: 'json',
          mediaType: 'application/json',
          projection: { members: { keys: { items: { members: { kid: {}, x: {} } } } } },
        },
      },
    })
  })

  it('does not hang on the table by which operators order something, unless the API says so, or it is limited', () => {
    const stateOf = (props: ZeroTrustApiProps) => alone(props).gate('Gate GET --keys').manifest.state
    expect(stateOf({ limits: { user: Limit.perMinute(1), upstream: Limit.perMinute(1) } })).toBeNull()
    expect(stateOf({ controls: true })).not.toBeNull()
    expect(stateOf({ limits: { ip: Limit.perMinute(60) } })).not.toBeNull()
  })
})

it('what is told of callers, and by which credentials, stands in the contract in words', () => {
  const { Metadata } = usual().template.toJSON()
  const lines = Object.entries(Metadata).filter(
    ([about]) => about.startsWith('Api upstream ') && !about.endsWith(' resilience'),
  )
  expect(lines).toEqual([
    ['Api upstream Billing', 'https://billing.example.com within 10000 ms, up to 5242880 bytes'],
    ['Api upstream Billing credentials', `token of ${issuer} for billing, 60 s`],
    ['Api upstream Billing principal', 'x-tenant = tenant'],
    ['Api upstream Crm', 'https://crm.example.com within 10000 ms, up to 5242880 bytes'],
    ['Api upstream Crm credentials', `token of ${issuer} for crm, 60 s`],
    ['Api upstream Crm principal', 'nothing'],
    [`Api upstream ${jwks}`, `key set of ${issuer}: S/Identity/Key`],
    ['Api upstream Plain', 'https://plain.example.com within 10000 ms, up to 5242880 bytes'],
    ['Api upstream Plain principal', 'nothing'],
    ['Api upstream Search', 'https://search.example.com within 10000 ms, up to 5242880 bytes'],
    [
      'Api upstream Search credentials',
      'SigV4 for es in us-east-1: es:ESHttpGet on arn:aws:es:us-east-1:123456789012:domain/deals/*',
    ],
  ])
})

describe('claims that an upstream is told', () => {
  it('are carried in the tickets of its routes, and a change of them is a change of the policy', () => {
    const carriedBy = (principal?: Principal) => {
      const { authorizer } = synthesized(api => {
        const upstream = Upstream.http(crmUrl, { ...(principal && { principal }) })
        api.addRoute('GET /a', { upstream, output: anyOutput, access: Access.token() })
      })
      const { carried, fingerprint } = authorizer?.manifest.routes['GET /a'] ?? {}
      return { carried, fingerprint }
    }
    const told = carriedBy(Principal.claims({ 'X-Tenant': 'tenant', 'x-user-id': 'sub' }))
    expect(told.carried).toEqual(['sub', 'tenant'])
    expect(carriedBy().carried).toEqual([])
    expect(told.fingerprint).not.toBe(carriedBy().fingerprint)
  })
})

describe('an identity', () => {
  const identity = (props: object) => new GatewayIdentity(newStack(), 'I', untyped({ issuer, ...props }))
  const allowed = 'a key of ECC_NIST_P256 for SIGN_VERIFY, by its ARN'
  const fix =
    "new Key(this, 'Key', { keySpec: KeySpec.ECC_NIST_P256, keyUsage: KeyUsage.SIGN_VERIFY }), or Key.fromKeyArn(this, 'Key', arn)"
  refuses([
    {
      when: 'an issuer without TLS',
      declare: () => identity({ issuer: 'http://api.example.com' }),
      at: 'S/I',
      given: 'issuer "http://api.example.com"',
      allowed: 'an https URL without user, query or fragment',
      fix: 'name the production URL; on your machine `sallyport dev` puts a local server in its place',
    },
    {
      when: 'a misspelt option',
      declare: () => identity({ oldKeys: [] }),
      at: 'S/I',
      given: 'unknown option "oldKeys"',
      allowed: 'issuer, key, nextKey, previousKeys',
      fix: 'remove "oldKeys", or spell it as one of the above',
    },
    {
      when: 'a key that encrypts',
      declare: () => identity({ key: new Key(newStack(), 'K') }),
      at: 'S/I key',
      given: 'a key of SYMMETRIC_DEFAULT for ENCRYPT_DECRYPT',
      allowed,
      fix,
    },
    {
      when: 'a key of another curve',
      declare: () =>
        identity({ nextKey: new Key(newStack(), 'K', { ...forSigning, keySpec: KeySpec.ECC_NIST_P384 }) }),
      at: 'S/I nextKey',
      given: 'a key of ECC_NIST_P384 for SIGN_VERIFY',
      allowed,
      fix,
    },
    {
      when: 'an alias, which permissions do not follow',
      declare: () => identity({ key: Alias.fromAliasName(newStack(), 'A', 'alias/a') }),
      at: 'S/I key',
      given: 'an alias',
      allowed,
      fix,
    },
    {
      when: 'one previous key without its list',
      declare: () => identity({ previousKeys: 'arn' }),
      at: 'S/I previousKeys',
      given: '"arn"',
      allowed: 'a list of keys',
      fix: 'write previousKeys: [key]',
    },
    {
      when: 'a key in two places',
      declare: () => {
        const key: IKey = Key.fromKeyArn(newStack(), 'K', 'arn:aws:kms:eu-west-1:123456789012:key/k')
        return identity({ key, previousKeys: [key] })
      },
      at: 'S/I',
      given: 'one key in two places',
      allowed: 'each key as key, as nextKey, or as one of previousKeys',
      fix: 'a key that signs is published already: name it once',
    },
  ])
})

describe('credentials', () => {
  const token = (options: object) =>
    Credentials.gatewayToken(new GatewayIdentity(newStack(), 'I', { issuer }), untyped(options))
  const allow = { actions: ['es:ESHttpGet'], resources: ['arn:aws:es:eu-west-1:123456789012:domain/a'] }
  const sigV4 = (more: object) => Credentials.sigV4(untyped({ service: 'es', allow, ...more }))
  const actions = (...given: unknown[]) => sigV4({ allow: { ...allow, actions: given } })
  const resources = (...given: unknown[]) => sigV4({ allow: { ...allow, resources: given } })
  const badAction = {
    at: 'Credentials.sigV4 allow.actions',
    allowed: 'actions of IAM, service:Action, without wildcards',
    fix: "name each, for example actions: ['execute-api:Invoke']",
  }
  const badResource = {
    at: 'Credentials.sigV4 allow.resources',
    allowed: 'ARNs; a wildcard only at the end of one, after the beginning of its resource',
    fix: "name each, for example resources: [api.arnForExecuteApi('GET', '/deals', 'live')]",
  }
  const bounds = 'a Duration from 10 seconds to 5 minutes, in whole seconds'
  refuses([
    {
      when: 'what is no identity',
      declare: () => Credentials.gatewayToken(untyped(issuer), { audience }),
      at: 'Credentials.gatewayToken',
      given: '"https://api.example.com"',
      allowed: 'a GatewayIdentity',
      fix: "make one for all upstreams: new GatewayIdentity(this, 'Identity', { issuer: 'https://api.example.com' })",
    },
    {
      when: 'the key set of what is no identity',
      declare: () => Upstream.keySet(untyped({ issuer })),
      at: 'Upstream.keySet',
      given: 'an object',
      allowed: 'a GatewayIdentity',
      fix: "make one for all upstreams: new GatewayIdentity(this, 'Identity', { issuer: 'https://api.example.com' })",
    },
    {
      when: 'a token for nobody',
      declare: () => token({}),
      at: 'Credentials.gatewayToken audience',
      given: 'nothing',
      allowed: 'a non-empty string',
      fix: "name the upstream, for example audience: 'https://crm.internal.example.com'",
    },
    ...[9, 301].map(seconds => ({
      when: `a lifetime of ${seconds} seconds`,
      declare: () => token({ audience, lifetime: Duration.seconds(seconds) }),
      at: 'Credentials.gatewayToken lifetime',
      given: `${seconds} seconds`,
      allowed: bounds,
      fix: 'write Duration.seconds(60), or leave it out',
    })),
    {
      when: 'a service by its endpoint',
      declare: () => sigV4({ service: 'es.amazonaws.com' }),
      at: 'Credentials.sigV4 service',
      given: '"es.amazonaws.com"',
      allowed: 'lower-case letters, digits, -',
      fix: "write its signing name, for example service: 'execute-api'",
    },
    ...['*', 'es:*', 'es:ESHttp*', 'ESHttpGet'].map(action => ({
      when: `the action ${action}`,
      declare: () => actions('es:ESHttpGet', action),
      given: `"${action}"`,
      ...badAction,
    })),
    ...[
      '*',
      'arn:aws:es:*:*:*',
      'arn:aws:s3:::*',
      'arn:aws:es:eu-west-1:123456789012:domain/*/x',
      'arn:aws:es:eu-west-1:123456789012:domain/*',
      'arn:aws:lambda:eu-west-1:123456789012:function:*',
      'arn:*',
      'arn:aws:es:eu-west-1:123456789012:domain/*',
      'arn:aws:lambda:eu-west-1:123456789012:function:*',
    ].map(resource => ({
      when: `the resource ${resource}`,
      declare: () => resources(resource),
      given: `"${resource}"`,
      ...badResource,
    })),
    {
      when: 'a wildcard in front of what is known only at deploy',
      declare: () => resources(`*${newStack().region}`),
      given: 'a deploy-time value',
      ...badResource,
    },
    {
      when: 'no credentials of these',
      declare: () => Upstream.http(crmUrl, { credentials: untyped('token') }),
      at: 'Upstream.http credentials',
      given: '"token"',
      allowed: 'Credentials.gatewayToken(identity, { … }) or Credentials.sigV4({ … })',
      fix: 'make one of these, or leave it out: then the upstream cannot tell who sends a request',
    },
  ])

  it('are taken at the ends of their bounds, and with resources that are known only at deploy', () => {
    for (const seconds of [10, 300])
      expect(String(token({ audience, lifetime: Duration.seconds(seconds) }))).toContain(`${seconds} s`)
    const { keyArn } = new Key(newStack(), 'K')
    const named = ['arn:aws:s3:::bucket/*', 'arn:aws:es:eu-west-1:123456789012:domain/a/*']
    expect(String(resources(keyArn, `${keyArn}/a/*`, ...named))).toContain('a deploy-time value')
  })
})

describe('a principal', () => {
  const at = 'Principal.claims'
  const nameRules = {
    at,
    allowed: 'names of letters, digits and hyphens that begin with x- and belong to no proxy',
    fix: 'choose a name of your own, for example x-tenant',
  }
  refuses([
    ...[
      ...[
        'accept',
        'host',
        'authorization',
        'cookie',
        'x-forwarded-for',
        'x-amz-date',
        'x-real-ip',
        'tenant',
      ],
      ...[
        'sallyport-principal',
        'x-sallyport-a',
        'x-tenant_id',
        'x-ten ant',
        'x-',
        'x-original-url',
        'x-client-cert',
      ],
    ].map(name => ({
      when: `the header ${name}`,
      declare: () => Principal.claims({ [name]: 'sub' }),
      given: `the header "${name}"`,
      ...nameRules,
    })),
    {
      when: 'no header',
      declare: () => Principal.claims({}),
      at,
      given: 'no header',
      allowed: 'one or more headers, each once',
      fix: "write Principal.claims({ 'x-user-id': 'sub' }), or Principal.none()",
    },
    {
      when: 'a header twice',
      declare: () => Principal.claims({ 'x-tenant': 'tenant', 'X-Tenant': 'org' }),
      at,
      given: '"x-tenant" twice, in different cases',
      allowed: 'one or more headers, each once',
      fix: 'remove one of the two',
    },
    {
      when: 'a claim without a name',
      declare: () => Principal.claims({ 'x-tenant': '' }),
      at: 'Principal.claims x-tenant',
      given: '""',
      allowed: 'a non-empty string',
      fix: 'name the claim whose value it is',
    },
    {
      when: 'what is none',
      declare: () => Upstream.http(crmUrl, { principal: untyped('none') }),
      at: 'Upstream.http principal',
      given: '"none"',
      allowed: 'Principal.header(), Principal.claims({ … }) or Principal.none()',
      fix: "for example principal: Principal.claims({ 'x-tenant': 'tenant' })",
    },
  ])

  it('can be told in the names that no caller may use', () => {
    expect(String(Principal.claims({ 'x-user-id': 'sub', 'x-roles': 'role' }))).toBe(
      'x-user-id = sub, x-roles = role',
    )
  })
})

describe('a route', () => {
  const sigV4 = Credentials.sigV4({
    service: 'lambda',
    allow: {
      actions: ['lambda:InvokeFunctionUrl'],
      resources: ['arn:aws:lambda:eu-west-1:123456789012:function:a'],
    },
  })
  const tenant = Principal.claims({ 'x-tenant': 'tenant' })
  const add = (upstream: Upstream, more: object) =>
    newApi().addRoute('GET /a', { upstream, output: anyOutput, access: anyToken, ...more })
  refuses([
    {
      when: 'the caller’s token where the gate sends its own credentials',
      declare: () =>
        add(Upstream.http(crmUrl, { credentials: sigV4 }), {
          forwardAuthorization: { reason: 'it asks others' },
        }),
      at: 'route "GET /a" of S/Api forwardAuthorization',
      given: `the caller's token, where the upstream is sent ${sigV4}`,
      allowed: 'one of the two: both are sent in authorization',
      fix: 'remove forwardAuthorization: the credentials say who is calling; or give the route an upstream without them',
    },
    ...['x-amz-signature', 'X-Amz-Signature'].map(name => ({
      when: `a query parameter that SigV4 does not sign: ${name}`,
      declare: () =>
        add(Upstream.http(crmUrl, { credentials: sigV4 }), {
          input: { query: Object.fromEntries([[name, z.string()]]) },
        }),
      at: `route "GET /a" of S/Api input.query.${name}`,
      given: `"${name}", which SigV4 does not sign`,
      allowed: 'any other name, where the upstream takes requests that the gate signs',
      fix: 'rename the parameter: AWS would refuse the request',
    })),
    ...['x-tenant', 'X-Tenant', 'x_tenant'].map(name => ({
      when: `a caller who says ${name}, by which the gate says who is calling`,
      declare: () =>
        add(Upstream.http(crmUrl, { principal: tenant }), { input: { headers: { [name]: z.string() } } }),
      at: `route "GET /a" of S/Api input.headers.${name.toLowerCase()}`,
      given: `"${name.toLowerCase()}", by which the gate tells the upstream who is calling`,
      allowed: 'headers that are not in Principal.claims of the upstream',
      fix: 'remove it: a caller must not be able to say who it is',
    })),
    {
      when: 'an output of a key set',
      declare: () => {
        const stack = newStack()
        const upstream = new GatewayIdentity(stack, 'Identity', { issuer }).keySet
        return newApi({}, stack).addRoute('GET /keys', {
          upstream,
          access: Access.public(),
          output: anyOutput,
        })
      },
      at: 'route "GET /keys" of S/Api output',
      given: 'an output on a key set',
      allowed: 'output where there is no key set: a key set declares its own answer',
      fix: 'remove it',
    },
  ])

  it('takes the caller’s header of that name where another upstream is told by it', () => {
    expect(() => add(Upstream.http(crmUrl), { input: { headers: { 'x-tenant': z.string() } } })).not.toThrow()
  })
})
