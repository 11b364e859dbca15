import { Duration, Stack } from 'aws-cdk-lib'
import { ObjectLockRetention } from 'aws-cdk-lib/aws-s3'
import { Access, AuditTrail, Upstream, ZeroTrustApi } from 'sallyport'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createReferenceFiller } from '../../../local/secrets/references.ts'
import type { SecretValues } from '../../../local/secrets/values.ts'
import { type LocalApp, readApp } from '../../../local/template/app.ts'
import { UnsupportedTemplateError } from '../../../local/unsupported.ts'
import { UsageError } from '../../../local/usage-error.ts'
import { anyOutput } from '../../lib/support.ts'
import { type Assemblies, createAssemblies, idsOf, stackName } from '../assemblies.ts'

let assemblies: Assemblies
/** An API whose trail is in another stack. */
let app: LocalApp
let assembly: string
beforeAll(() => {
  assemblies = createAssemblies()
  assembly = assemblies.synthesize((stack, of) => {
    const retention = ObjectLockRetention.governance(Duration.days(1))
    const audit = new AuditTrail(new Stack(of, 'Kept'), 'Trail', { retention })
    const api = new ZeroTrustApi(stack, 'Api', { audit })
    for (const id of ['One', 'Two'])
      api.addRoute(`GET /${id}`, {
        upstream: api.addUpstream(id, Upstream.http('https://crm.example.com')),
        output: anyOutput,
        access: Access.public(),
      })
  })
  app = readApp(assembly)
})
afterAll(() => assemblies.remove())

const secret = {
  arn: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:crm-a1B2c3',
  name: 'crm',
  path: 'S/Crm',
}

/** What becomes of one environment variable. */
function variable(text: string, values: SecretValues = {}, generated = false) {
  const [fn] = app.functions
  if (!fn) throw new Error('no function')
  const given = {
    ...app,
    secrets: [{ ...secret, generated }],
    functions: [{ ...fn, name: 'Fn', environment: { A: text } }],
  }
  return createReferenceFiller(values)(given).functions[0]?.environment.A
}

const keys = (filled: LocalApp) => filled.functions.map(({ environment }) => environment.AUDIT_KEY)

describe('the key of an audit trail', () => {
  it('is made up for a run: one for all functions, and after a reload the same', () => {
    const fill = createReferenceFiller({})
    const [one, two, ...others] = keys(fill(app))
    expect(one).toMatch(/^[\w-]{43}$/)
    expect(two).toBe(one)
    expect(others).toEqual([])
    expect(keys(fill(readApp(assembly)))).toEqual([one, one])
  })

  it('is another in the next run, unless it is given', () => {
    expect(keys(createReferenceFiller({})(app))).not.toEqual(keys(createReferenceFiller({})(app)))
    const [key] = app.secrets
    expect(keys(createReferenceFiller({ [String(key?.arn)]: 'a key' })(app))).toEqual(['a key', 'a key'])
  })
})

describe('a dynamic reference', () => {
  const { arn } = secret

  it.each([
    `{{resolve:secretsmanager:${arn}:SecretString:::}}`,
    `{{resolve:secretsmanager:${arn}:SecretString}}`,
    `{{resolve:secretsmanager:${arn}}}`,
    '{{resolve:secretsmanager:crm:SecretString::AWSCURRENT}}',
  ])('is filled with what the secret holds: %s', text => {
    expect(variable(text, { crm: 'value' })).toBe('value')
    expect(variable(`a ${text} b`, { crm: () => 'value' })).toBe('a value b')
  })

  it('to a member is filled with that', () => {
    const text = '{{resolve:secretsmanager:crm:SecretString:password}}'
    expect(variable(text, { crm: '{"password":"value"}' })).toBe('value')
    expect(() => variable(text, { crm: '{"user":"value"}' })).toThrow('has no member password')
    expect(() => variable(text, { crm: 'planted' })).toThrow(/is no JSON$/)
    expect(() => variable('{{resolve:secretsmanager:crm:SecretString:toString}}', { crm: '{}' })).toThrow(
      UsageError,
    )
  })

  it.each([
    '{{resolve:secretsmanager:billing:SecretString:::}}',
    '{{resolve:secretsmanager:crm:SecretString::AWSPREVIOUS}}',
    '{{resolve:secretsmanager:crm:SecretString:::a-version}}',
    '{{resolve:secretsmanager:crm:SecretBinary}}',
    '{{resolve:ssm:/crm/url}}',
    '{{resolve:ssm-secure:/crm/password:1}}',
  ])('to what is not there, or not played, stops the start: %s', text => {
    expect(() => variable(text, { crm: 'value' })).toThrow(UnsupportedTemplateError)
    expect(() => variable(text, { crm: 'value' })).toThrow(/^Fn\.Environment\.A: /)
  })

  it('to a secret that only a person can fill asks for its value', () => {
    const text = '{{resolve:secretsmanager:crm}}'
    expect(() => variable(text)).toThrow(
      new UsageError(
        'Fn.Environment.A holds what is in S/Crm, a secret without a value here\n  fix: --secret crm=<file>',
      ),
    )
    expect(variable(text, {}, true)).toMatch(/^[\w-]{43}$/)
  })

  it('is told from text that looks like none', () => {
    expect(variable('{{resolve}} {{name}}')).toBe('{{resolve}} {{name}}')
  })
})

it('a template whose reference leads to no secret stops the start', () => {
  const broken = assemblies.patch(assembly, stackName, ({ Resources }) => {
    for (const id of idsOf({ Resources }, 'AWS::Lambda::Function'))
      Object.assign(Resources[id]?.Properties?.Environment as object, {
        Variables: { AUDIT_KEY: '{{resolve:secretsmanager:gone:SecretString:::}}' },
      })
  })
  expect(() => createReferenceFiller({})(readApp(broken))).toThrow(
    /AUDIT_KEY: no secret of this app is gone$/,
  )
})
