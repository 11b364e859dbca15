import { Access, Upstream, ZeroTrustApi } from 'sallyport'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readApp } from '../../local/template/app.ts'
import { createAssemblies, idsOf, stackName } from './assemblies.ts'

const assemblies = createAssemblies()
afterAll(() => assemblies.remove())

const named = (name: string) => ({ 'Fn::Sub': `\${AWS::StackName}${name}` })

/** Resources whose names are put together, and what `Ref` of each gives. */
const resources: ReadonlyArray<[type: string, properties: Record<string, unknown>, ref: string]> = [
  ['DynamoDB::Table', { TableName: named('-deals') }, 'Small-deals'],
  ['S3::Bucket', { BucketName: { 'Fn::Join': ['-', [{ Ref: 'AWS::StackName' }, 'logs']] } }, 'small-logs'],
  ['KMS::Alias', { AliasName: { 'Fn::Join': ['/', ['alias', { Ref: 'AWS::StackName' }]] } }, 'alias/Small'],
  ['Lambda::Alias', { FunctionName: 'f', Name: named('-live') }, ':f:Small-live'],
  ['ApiGateway::DomainName', { DomainName: named('.example.com') }, 'Small.example.com'],
  ['SecretsManager::Secret', { Name: named('/crm') }, ':secret:Small/crm-'],
]

describe('a name that is put together by CloudFormation’s functions', () => {
  let app: ReturnType<typeof readApp>
  beforeAll(() => {
    const plain = assemblies.synthesize(stack => {
      new ZeroTrustApi(stack, 'Api').addRoute('GET /a', {
        upstream: Upstream.stub(200, {}),
        access: Access.public(),
      })
    })
    const assembly = assemblies.patch(plain, stackName, template => {
      const [gate = ''] = idsOf(template, 'AWS::Lambda::Function')
      const Variables = Object.fromEntries(resources.map(([type], at) => [type, { Ref: `Named${at}` }]))
      Object.assign(template.Resources[gate]?.Properties ?? {}, {
        FunctionName: named('-gate'),
        Environment: { Variables: { ...Variables, self: { 'Fn::GetAtt': [gate, 'Arn'] } } },
      })
      for (const [at, [type, Properties]] of resources.entries())
        template.Resources[`Named${at}`] = { Type: `AWS::${type}`, Properties }
    })
    app = readApp(assembly)
  })

  it.each(resources)('is that of the resource, for whoever refers to it: %s', (type, _, ref) => {
    expect(app.functions[0]?.environment[type]).toContain(ref)
  })

  it('is that by which tables, secrets and functions are found', () => {
    expect(app.tables).toMatchObject([{ TableName: 'Small-deals' }])
    expect(app.secrets).toMatchObject([{ name: 'Small/crm' }])
    expect(app.functions).toMatchObject([{ name: 'Small-gate' }])
    expect(app.functions[0]?.arn).toBe(app.functions[0]?.environment.self)
  })
})
