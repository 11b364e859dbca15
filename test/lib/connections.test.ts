import { Duration, Fn, type Stack } from 'aws-cdk-lib'
import { Annotations, Match } from 'aws-cdk-lib/assertions'
import { SecurityGroup, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2'
import { Alias, type IKey, Key } from 'aws-cdk-lib/aws-kms'
import { Secret } from 'aws-cdk-lib/aws-secretsmanager'
import { Access, ClientCertificate, type HttpUpstreamOptions, Trust, Upstream } from 'sallyport'
import { beforeAll, describe, expect, it } from 'vitest'
import { createTestAuthority, hoursFromNow, pinOf } from '../support/certificates.ts'
import { type Case, refuses, untyped } from './refusals.ts'
import { anyOutput, complaintOf, newStack, synthesized } from './support.ts'

type Authority = Awaited<ReturnType<typeof createTestAuthority>>
let authority: Authority
let expiring: Authority
let expired: Authority
let leaf: string
let pin: string
beforeAll(async () => {
  const days = (count: number) => hoursFromNow(24 * count)
  ;[authority, expiring, expired] = await Promise.all([
    createTestAuthority('Lasting', [days(-1), days(31)]),
    createTestAuthority('Ending', [days(-1), days(29)]),
    createTestAuthority('Ended', [days(-2), hoursFromNow(-1)]),
  ])
  const signed = await authority.sign()
  leaf = signed.certificate
  pin = pinOf(signed)
})

const url = 'https://crm.example.com'

function declared(options: HttpUpstreamOptions | ((stack: Stack) => HttpUpstreamOptions), to = url) {
  const stack = newStack()
  const made = synthesized(
    api =>
      api.addRoute('GET /deals', {
        upstream: api.addUpstream(
          'Crm',
          Upstream.http(to, typeof options === 'function' ? options(stack) : options),
        ),
        output: anyOutput,
        access: Access.public(),
      }),
    { tracing: false },
    stack,
  )
  const { resource, manifest } = made.gate('Crm')
  if (manifest.upstream.kind !== 'http') throw new Error('not over HTTP')
  const [role] = resource.Properties.Role['Fn::GetAtt']
  const policies = made
    .all('AWS::IAM::Policy')
    .filter(({ Properties }) => Properties.Roles.some((each: { Ref: string }) => each.Ref === role))
  return {
    ...made,
    stack,
    fn: resource.Properties,
    connection: manifest.upstream.connection,
    statements: policies.flatMap(({ Properties }) => Properties.PolicyDocument.Statement),
    contract: Object.fromEntries(
      Object.entries(made.template.toJSON().Metadata as Record<string, string>).filter(
        ([about]) => about.startsWith('Api upstream') && !about.endsWith(' resilience'),
      ),
    ),
  }
}
const warningsOf = (stack: Stack) => Annotations.fromStack(stack).findWarning('*', Match.anyValue())

describe('a connection to an upstream', () => {
  it('is by TLS 1.3, believes public authorities, stays public, and shows nothing, unless declared otherwise', () => {
    const { connection, contract, fn, statements, stack } = declared({})
    expect(connection).toEqual({
      timeoutMs: 3000,
      minVersion: 'TLSv1.3',
      authorities: null,
      publicKeys: null,
      network: 'public',
      clientCertificate: null,
    })
    expect(contract).toEqual({ 'Api upstream Crm': `${url} within 10000 ms, up to 5242880 bytes` })
    expect(fn.VpcConfig).toBeUndefined()
    expect(JSON.stringify(statements)).not.toMatch(/secretsmanager|kms|ec2/)
    expect(warningsOf(stack)).toEqual([])
  })

  it('may take three seconds, or as long as its upstream where that is less, or as long as declared', () => {
    const timeoutOf = (options: HttpUpstreamOptions) => declared(options).connection.timeoutMs
    expect(timeoutOf({ timeout: Duration.seconds(2) })).toBe(2000)
    expect(timeoutOf({ timeout: Duration.seconds(20) })).toBe(3000)
    expect(timeoutOf({ connectTimeout: Duration.millis(500) })).toBe(500)
  })

  it('believes what is declared, and the contract says so', () => {
    const bundle = `# Our CA\n${authority.certificate}\r\n\n${expiring.certificate}`
    const { connection, contract } = declared({
      trust: Trust.authorities(bundle, authority.certificate).withPublicKeys(pin, pin),
    })
    expect(connection.authorities).toEqual([authority.certificate.trim(), expiring.certificate.trim()])
    expect(connection.publicKeys).toEqual([pin.slice(7)])
    expect(contract['Api upstream Crm trust']).toMatch(
      /^authority (?:[0-9A-F]{2}:){31}[0-9A-F]{2} or authority .+, and public key [\w+/]+=$/,
    )
    expect(declared({ trust: Trust.publicKeys(pin) })).toMatchObject({
      connection: { authorities: null, publicKeys: [pin.slice(7)] },
      contract: { 'Api upstream Crm trust': `public authorities, and public key ${pin.slice(7)}` },
    })
  })

  it('speaks TLS 1.2 for a reason, which the contract has', () => {
    const { connection, contract } = declared({ unsafeTls12: 'the appliance' })
    expect(connection.minVersion).toBe('TLSv1.2')
    expect(contract['Api upstream Crm TLS']).toBe('unsafe, 1.2: the appliance')
  })

  it('warns of an authority that expires within thirty days, and of none that lasts longer', () => {
    const { stack } = declared({ trust: Trust.authorities(authority.certificate, expiring.certificate) })
    expect(warningsOf(stack).map(({ id, entry }) => [id, String(entry.data)])).toEqual([
      [
        '/S/Api/Crm',
        expect.stringMatching(/^an authority of trust expires within 30 days: CN=Ending, valid to /),
      ],
    ])
  })
})

describe('a client certificate', () => {
  const arn = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:crm/gate-a1B2c3'

  it('is named by its secret: its value is neither in the template nor in the function’s environment', () => {
    const { connection, fn, contract } = declared(stack => ({
      clientCertificate: ClientCertificate.fromSecret(new Secret(stack, 'Certificate'), {
        cacheTtl: Duration.seconds(30),
      }),
    }))
    expect(connection.clientCertificate).toEqual({ secret: { env: 'UPSTREAM_CERTIFICATE' }, ttlMs: 30_000 })
    expect(fn.Environment.Variables).toEqual({
      UPSTREAM_CERTIFICATE: { Ref: expect.stringMatching(/^Certificate/) },
    })
    expect(contract['Api upstream Crm client certificate']).toBe('of S/Certificate, looked at every 30 s')
  })

  it('can be read by the gate, which can do nothing else with it, nor read another', () => {
    const { statements } = declared(stack => ({
      clientCertificate: ClientCertificate.fromSecret(new Secret(stack, 'Certificate')),
    }))
    expect(statements.filter(({ Action }) => !String(Action).includes('logs:'))).toEqual([
      {
        Effect: 'Allow',
        Action: 'secretsmanager:GetSecretValue',
        Resource: { Ref: expect.stringMatching(/^Certificate/) },
      },
    ])
  })

  it('with a key of one’s own can be decrypted by way of Secrets Manager alone, as this secret alone', () => {
    const { statements } = declared(stack => ({
      clientCertificate: ClientCertificate.fromSecret(
        Secret.fromSecretAttributes(stack, 'Certificate', {
          secretCompleteArn: arn,
          encryptionKey: Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:eu-west-1:123456789012:key/k'),
        }),
      ),
    }))
    expect(statements.find(({ Action }) => Action === 'kms:Decrypt')).toEqual({
      Effect: 'Allow',
      Action: 'kms:Decrypt',
      Resource: 'arn:aws:kms:eu-west-1:123456789012:key/k',
      Condition: {
        StringEquals: { 'kms:ViaService': 'secretsmanager.eu-west-1.amazonaws.com' },
        StringLike: { 'kms:EncryptionContext:SecretARN': arn },
      },
    })
  })

  it('with an alias for a key of one’s own can be decrypted with the key behind it: permissions do not follow an alias', () => {
    const { statements } = declared(stack => ({
      clientCertificate: ClientCertificate.fromSecret(
        new Secret(stack, 'Certificate', { encryptionKey: new Key(stack, 'Key').addAlias('crm') }),
      ),
    }))
    expect(statements.find(({ Action }) => Action === 'kms:Decrypt')).toMatchObject({
      Resource: { 'Fn::GetAtt': [expect.stringMatching(/^Key/), 'Arn'] },
      Condition: {
        StringEquals: {
          'kms:ViaService': {
            'Fn::Join': ['', expect.arrayContaining(['secretsmanager.', '.amazonaws.com'])],
          },
        },
      },
    })
  })

  it('of an imported secret is read by its ARN, whole or without the six characters at its end', () => {
    const resourceOf = (imported: (stack: Stack) => ReturnType<typeof Secret.fromSecretCompleteArn>) =>
      declared(stack => ({
        clientCertificate: ClientCertificate.fromSecret(imported(stack)),
      })).statements.find(({ Action }) => Action === 'secretsmanager:GetSecretValue').Resource
    expect(resourceOf(stack => Secret.fromSecretCompleteArn(stack, 'C', arn))).toBe(arn)
    const partial = arn.slice(0, -7)
    expect(resourceOf(stack => Secret.fromSecretPartialArn(stack, 'C', partial))).toBe(`${partial}-??????`)
  })
})

describe('a gate in a VPC', () => {
  const vpcOf = (stack: Stack) =>
    Vpc.fromVpcAttributes(stack, 'Vpc', {
      vpcId: 'vpc-1',
      availabilityZones: ['eu-west-1a'],
      privateSubnetIds: ['subnet-1'],
      isolatedSubnetIds: ['subnet-2'],
      privateSubnetRouteTableIds: ['rtb-1'],
      isolatedSubnetRouteTableIds: ['rtb-2'],
    })

  it('stands in it, in a security group of its own that lets nothing in, and out to its upstream and AWS', () => {
    const { fn, only, connection, contract } = declared(
      stack => ({ network: 'private', vpc: { vpc: vpcOf(stack) } }),
      'https://crm.internal.example.com:8443',
    )
    expect(connection.network).toBe('private')
    expect(fn.VpcConfig).toMatchObject({ SubnetIds: ['subnet-1'] })
    const group = only('AWS::EC2::SecurityGroup').Properties
    // EC2 refuses anything else, an apostrophe for example.
    expect(group.GroupDescription).toMatch(/^[\w. :/()#,@[\]+=&;{}!$*-]{1,255}$/)
    expect(group.SecurityGroupIngress).toBeUndefined()
    expect(
      group.SecurityGroupEgress.map(({ FromPort, ToPort, IpProtocol }: Record<string, unknown>) => [
        IpProtocol,
        FromPort,
        ToPort,
      ]),
    ).toEqual([
      ['tcp', 443, 443],
      ['tcp', 443, 443],
      ['tcp', 8443, 8443],
      ['tcp', 8443, 8443],
    ])
    expect(contract).toMatchObject({
      'Api upstream Crm network': 'private addresses too',
      'Api upstream Crm vpc': 'S/Vpc',
    })
  })

  it('stands in the subnets and groups that are declared', () => {
    const { fn, all } = declared(stack => ({
      vpc: {
        vpc: vpcOf(stack),
        subnets: { subnetType: SubnetType.PRIVATE_ISOLATED },
        securityGroups: [SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-1')],
      },
    }))
    expect(fn.VpcConfig).toMatchObject({ SubnetIds: ['subnet-2'], SecurityGroupIds: ['sg-1'] })
    expect(all('AWS::EC2::SecurityGroup')).toEqual([])
  })

  it('is attached by Lambda with its role, which its own code cannot use for that', () => {
    const { statements, fn, gate, resources } = declared(stack => ({ vpc: { vpc: vpcOf(stack) } }))
    const interfaces = statements.filter(({ Action }) => String(Action).includes('ec2:'))
    expect(interfaces.map(({ Effect, Resource }) => [Effect, Resource])).toEqual([
      ['Allow', '*'],
      ['Deny', '*'],
    ])
    expect(interfaces[0].Action).toEqual(interfaces[1].Action)
    expect(
      interfaces[0].Action.every((action: string) =>
        /^ec2:.*(?:NetworkInterface|Subnet|PrivateIp)/.test(action),
      ),
    ).toBe(true)
    expect(interfaces[1].Condition).toEqual({
      ArnEquals: { 'lambda:SourceFunctionArn': { 'Fn::GetAtt': [gate('Crm').logicalId, 'Arn'] } },
    })
    expect(resources[fn.Role['Fn::GetAtt'][0]]?.Properties.ManagedPolicyArns).toBeUndefined()
  })
})

describe('Upstream.http refuses', () => {
  const http = (options: unknown, to = url) => Upstream.http(to, untyped(options))
  const certificates = {
    allowed: 'certificates of authorities (CA) in PEM, valid today',
    fix: "for example Trust.authorities(readFileSync('internal-ca.pem', 'utf8'))",
  }
  const pins = {
    allowed: "'sha256/' and base64 of the SHA-256 of a SubjectPublicKeyInfo, one or more",
    fix: 'openssl x509 -in server.pem -pubkey -noout | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | base64',
  }
  const ofAnotherMachine = {
    allowed: 'an address of another machine',
    fix: 'name the host that the upstream is reached by; on your machine `sallyport dev` puts a local server in its place',
  }

  refuses([
    {
      when: 'no authorities',
      declare: () => Trust.authorities(),
      at: 'Trust.authorities',
      given: 'no certificate',
      ...certificates,
    },
    {
      when: 'a file’s name for its content',
      declare: () => Trust.authorities('ca.pem'),
      at: 'Trust.authorities[0]',
      given: 'text without a certificate in PEM',
      ...certificates,
    },
    {
      when: 'what is no text',
      declare: () => Trust.authorities(untyped(Buffer.from('x'))),
      at: 'Trust.authorities[0]',
      given: 'an object of class Buffer',
      ...certificates,
    },
    {
      when: 'a deploy-time certificate',
      declare: () => Trust.authorities(Fn.importValue('Ca')),
      at: 'Trust.authorities[0]',
      given: 'a deploy-time value',
      ...certificates,
    },
    {
      when: 'a private key behind its certificate: it would be in the deployed package',
      declare: () =>
        Trust.authorities(
          `${authority.certificate}\n-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----`,
        ),
      at: 'Trust.authorities[0]',
      given: 'a PEM block of PRIVATE KEY',
      ...certificates,
    },
    {
      when: 'a certificate that is none',
      declare: () => Trust.authorities('-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----'),
      at: 'Trust.authorities[0]',
      given: 'a certificate that cannot be read',
      ...certificates,
    },
    ...[[], ['abc='], ['sha256/abc='], [`sha1/${'A'.repeat(43)}=`], [untyped<string>(7)]].map(
      (given): Case => ({
        when: `the public keys ${JSON.stringify(given)}`,
        declare: () => Trust.publicKeys(...given),
        at: 'Trust.publicKeys',
        given: given.length === 0 ? 'no public key' : JSON.stringify(given[0]),
        ...pins,
      }),
    ),
    {
      when: 'a trust that is text',
      declare: () => http({ trust: 'pem' }),
      at: 'Upstream.http trust',
      given: '"pem"',
      allowed: 'what the functions of Trust return',
      fix: 'write Trust.authorities(pem)',
    },
    {
      when: 'a trust that is a key, without showing it',
      declare: () => http({ trust: `-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----` }),
      at: 'Upstream.http trust',
      given: 'text with a PEM block of PRIVATE KEY',
      allowed: 'what the functions of Trust return',
      fix: 'write Trust.authorities(pem)',
    },
    {
      when: 'what belongs into the secret, without showing it',
      declare: () =>
        ClientCertificate.fromSecret(untyped('{"privateKey":"-----BEGIN EC PRIVATE KEY-----\\nAA=="}')),
      at: 'ClientCertificate.fromSecret',
      given: 'text with a PEM block of EC PRIVATE KEY',
      allowed: 'a secret: a construct, or an imported one',
      fix: "for a secret by its name, write Secret.fromSecretNameV2(this, 'CrmCertificate', 'crm/gate')",
    },
    {
      when: 'TLS 1.2 without a reason',
      declare: () => http({ unsafeTls12: true }),
      at: 'Upstream.http unsafeTls12',
      given: 'true',
      allowed: 'a non-empty string',
      fix: "say why it cannot: unsafeTls12: 'the vendor’s appliance, until spring'",
    },
    {
      when: 'a client certificate written down',
      declare: () => http({ clientCertificate: { certificate: 'a', privateKey: 'b' } }),
      at: 'Upstream.http clientCertificate',
      given: 'an object',
      allowed: 'what the functions of ClientCertificate return',
      fix: 'write ClientCertificate.fromSecret(secret)',
    },
    {
      when: 'a secret by its name',
      declare: () => ClientCertificate.fromSecret(untyped('crm/gate')),
      at: 'ClientCertificate.fromSecret',
      given: '"crm/gate"',
      allowed: 'a secret: a construct, or an imported one',
      fix: "for a secret by its name, write Secret.fromSecretNameV2(this, 'CrmCertificate', 'crm/gate')",
    },
    {
      when: 'a secret by its ARN',
      declare: () =>
        ClientCertificate.fromSecret(untyped('arn:aws:secretsmanager:eu-west-1:1:secret:a-a1B2c3')),
      at: 'ClientCertificate.fromSecret',
      given: '"arn:aws:secretsmanager:eu-west-1:1:secret:a-a1B2c3"',
      allowed: 'a secret: a construct, or an imported one',
      fix: "for a secret by its ARN, write Secret.fromSecretCompleteArn(this, 'CrmCertificate', arn)",
    },
    ...[
      (stack: Stack): IKey => Alias.fromAliasName(stack, 'Key', 'alias/crm'),
      (stack: Stack): IKey => Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:eu-west-1:123456789012:alias/crm'),
    ].map(
      (keyOf, i): Case => ({
        when: `a secret whose key is known by an alias alone, ${i === 0 ? 'by its name' : 'by its ARN'}`,
        declare: () => {
          const stack = newStack()
          const encryptionKey = keyOf(stack)
          return ClientCertificate.fromSecret(new Secret(stack, 'Certificate', { encryptionKey }))
        },
        at: 'ClientCertificate.fromSecret',
        given: 'a secret whose key is known by an alias alone: permissions do not follow it',
        allowed: 'a secret with a key, or with an alias that knows its own',
        fix: "for a key by its ARN, write encryptionKey: Key.fromKeyArn(this, 'Key', arn)",
      }),
    ),
    {
      when: 'another network',
      declare: () => http({ network: 'any' }),
      at: 'Upstream.http network',
      given: '"any"',
      allowed: "'public' or 'private'",
      fix: "for an upstream within a VPC write network: 'private', vpc: { vpc }",
    },
    {
      when: 'a private network that the function is not in',
      declare: () => http({ network: 'private' }),
      at: 'Upstream.http',
      given: "network: 'private' without a vpc",
      allowed: 'a private upstream with the VPC that it is reached from',
      fix: "add vpc: { vpc }: from AWS's own network a function reaches no private address",
    },
    {
      when: 'a VPC by its id',
      declare: () => http({ vpc: { vpc: 'vpc-1' } }),
      at: 'Upstream.http vpc vpc',
      given: '"vpc-1"',
      allowed: 'a VPC: a construct, or an imported one',
      fix: 'write vpc: { vpc: Vpc.fromLookup(this, …) }',
    },
    {
      when: 'a VPC in place of where in it',
      declare: () => http({ network: 'private', vpc: new Vpc(newStack(), 'Vpc') }),
      at: 'Upstream.http vpc',
      given: 'a VPC itself',
      allowed: 'an object with vpc, subnets, securityGroups',
      fix: 'write vpc: { vpc }',
    },
    {
      when: 'an empty list of security groups',
      declare: () => http({ vpc: { vpc: {}, securityGroups: [] } }),
      at: 'Upstream.http vpc securityGroups',
      given: 'an empty list',
      allowed: 'a list of one or more security groups: constructs, or imported ones',
      fix: 'leave it out for one of its own',
    },
    ...[
      ['one group', { securityGroupId: 'sg-1' }, 'an object'],
      ['a group’s id, which would be spread into letters', 'sg-1', '"sg-1"'],
      ['a list of ids', ['sg-1'], 'a list of 1'],
    ].map(
      ([when, securityGroups, given]): Case => ({
        when: `as security groups ${when}`,
        declare: () => http({ vpc: { vpc: {}, securityGroups } }),
        at: 'Upstream.http vpc securityGroups',
        given: String(given),
        allowed: 'a list of one or more security groups: constructs, or imported ones',
        fix: 'leave it out for one of its own',
      }),
    ),
    {
      when: 'a private address',
      declare: () => http({}, 'https://10.0.0.5'),
      at: 'Upstream.http',
      given: 'url "https://10.0.0.5": a private address',
      allowed: "a public address, or a private one with network: 'private'",
      fix: "add network: 'private' and the vpc it is in",
    },
    ...(
      [
        ['https://localhost:8443', 'loopback'],
        ['https://2130706433', 'loopback'],
        ['https://169.254.169.254', 'link-local'],
        ['https://[fd00:ec2::254]', 'metadata'],
        ['https://[::ffff:10.0.0.5]', 'reserved'],
      ] as const
    ).map(
      ([to, kind]): Case => ({
        when: `the address ${to}`,
        declare: () => http({ network: 'private', vpc: { vpc: {} } }, to),
        at: 'Upstream.http',
        given: `url "${to}": a ${kind} address`,
        ...ofAnotherMachine,
      }),
    ),
    {
      when: 'a bare number of seconds',
      declare: () => http({ timeout: 5 }),
      at: 'Upstream.http timeout',
      given: '5',
      allowed: 'a Duration from 100 milliseconds to 25 seconds, in whole milliseconds',
      fix: 'write Duration.seconds(5)',
    },
    {
      when: 'a longer time to connect than there is in all',
      declare: () => http({ timeout: Duration.seconds(1), connectTimeout: Duration.millis(1001) }),
      at: 'Upstream.http connectTimeout',
      given: '1001 milliseconds',
      allowed: 'a Duration from 100 milliseconds to 1 second, in whole milliseconds',
      fix: 'it is a part of timeout; give that more time, or this less',
    },
  ])

  it('authorities that are none, and that are none any more', () => {
    expect(complaintOf(() => Trust.authorities(leaf)).given).toBe(
      'the certificate of CN=crm.example.com, which is no authority',
    )
    expect(complaintOf(() => Trust.authorities(authority.certificate, expired.certificate))).toMatchObject({
      at: 'Trust.authorities[1]',
      given: expect.stringMatching(/^the certificate of CN=Ended, which expired on .+$/),
    })
  })
})
