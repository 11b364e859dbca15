import { type Cases, resource } from '../support.ts'

const parameter = { Parameters: { P: { Type: 'String' } } }
const ref = (id: string) => ({ Ref: id })
const fn = (properties: Readonly<Record<string, unknown>>) => ({
  F: resource('Lambda::Function', properties),
})
const env = (Variables: object) => fn({ Environment: { Variables } })

export const functionRuntime: Cases = {
  passes: [
    { of: 'a runtime that is patched', resources: fn({ Runtime: 'nodejs24.x' }) },
    { of: 'an image', resources: fn({ PackageType: 'Image' }) },
  ],
  breaks: [
    { of: 'a runtime of the past', resources: fn({ Runtime: 'nodejs20.x' }) },
    { of: 'one of long ago', resources: fn({ Runtime: 'python2.7' }) },
  ],
  unknown: [
    {
      of: 'a runtime of the future',
      resources: fn({ Runtime: 'nodejs40.x' }),
      findings: ['ZT-FUNCTION-RUNTIME[unjudged]'],
    },
    { of: 'none', resources: fn({}), findings: ['ZT-FUNCTION-RUNTIME[unjudged]'] },
    {
      of: 'a parameter',
      resources: fn({ Runtime: ref('P') }),
      sections: parameter,
      findings: ['ZT-FUNCTION-RUNTIME[unjudged]'],
    },
  ],
}

export const functionUrl: Cases = {
  passes: [{ of: 'IAM', resources: { U: resource('Lambda::Url', { AuthType: 'AWS_IAM' }) } }],
  breaks: [
    { of: 'none', resources: { U: resource('Lambda::Url', { AuthType: 'NONE' }) } },
    { of: 'nothing said', resources: { U: resource('Lambda::Url') } },
  ],
  unknown: [
    {
      of: 'a parameter',
      resources: { U: resource('Lambda::Url', { AuthType: ref('P') }) },
      sections: parameter,
      findings: ['ZT-FUNCTION-URL[unjudged]'],
    },
  ],
}

// Put together here, so that no scanner of this repository takes them for real ones.
const awsKey = `AKIA${'ABCDEFGH'.repeat(2)}`
const pem = `-----BEGIN ${'PRIVATE'} KEY-----`
const jwt = ['eyJhbGciOiJub25lIn0', 'eyJzdWIiOiIxIn0', 'c2ln'].join('.')
const dynamic = '{{resolve:secretsmanager:db:SecretString:password}}'

export const secretInClear: Cases = {
  passes: [
    { of: 'no variables', resources: fn({}) },
    {
      of: 'what tells of a secret',
      resources: env({
        DB_PASSWORD_ARN: 'arn:x',
        TOKEN_TTL: '300',
        SECRET_NAME: 'db',
        TABLE: 't',
        PARTITION_KEY: 'pk',
        KEYBOARD: 'qwerty',
        tokenUrl: 'https://x',
      }),
    },
    {
      of: 'the name of a secret',
      resources: {
        ...env({ DB_SECRET: ref('S') }),
        S: resource('SecretsManager::Secret', { GenerateSecretString: {} }),
      },
    },
    { of: 'an empty one', resources: env({ TOKEN: '' }) },
    {
      of: 'a parameter of a name that tells nothing',
      resources: env({ COLOUR: ref('P') }),
      sections: parameter,
    },
    {
      of: 'a database that CloudFormation gives its password',
      resources: { D: resource('RDS::DBInstance', { MasterUserPassword: dynamic }) },
    },
    {
      of: 'a secret for a build',
      resources: {
        C: resource('CodeBuild::Project', {
          Environment: {
            EnvironmentVariables: [{ Name: 'TOKEN', Value: 'github', Type: 'SECRETS_MANAGER' }],
          },
        }),
      },
    },
  ],
  breaks: [
    {
      of: 'passwords, by their names',
      resources: env({ DB_PASSWORD: 'hunter2', apiKey: 'abc', 'client-secret': 'x' }),
      findings: [
        'ZT-SECRET-IN-CLEAR[DB_PASSWORD]',
        'ZT-SECRET-IN-CLEAR[apiKey]',
        'ZT-SECRET-IN-CLEAR[client-secret]',
      ],
    },
    {
      of: 'secrets, by what they look like',
      byValue: true,
      resources: env({ A: awsKey, B: pem, C: `Bearer ${jwt}`, D: 'postgres://me:pw@db/x' }),
      findings: ['A', 'B', 'C', 'D'].map(name => `ZT-SECRET-IN-CLEAR[${name}]`),
    },
    {
      of: 'a secret that CloudFormation writes in clear',
      byValue: true,
      resources: env({ COLOUR: dynamic }),
      findings: ['ZT-SECRET-IN-CLEAR[COLOUR]'],
    },
    {
      of: 'one in parts',
      resources: env({ TOKEN: { 'Fn::Join': ['', ['a', 'b']] } }),
      findings: ['ZT-SECRET-IN-CLEAR[TOKEN]'],
    },
    {
      of: 'a secret’s value',
      resources: { S: resource('SecretsManager::Secret', { SecretString: 'x' }) },
      findings: ['ZT-SECRET-IN-CLEAR[SecretString]'],
    },
    {
      of: 'a database’s password',
      resources: { D: resource('RDS::DBCluster', { MasterUserPassword: 'x' }) },
      findings: ['ZT-SECRET-IN-CLEAR[MasterUserPassword]'],
    },
    {
      of: 'a container',
      resources: {
        T: resource('ECS::TaskDefinition', {
          ContainerDefinitions: [{ Environment: [{ Name: 'TOKEN', Value: 'x' }] }],
        }),
      },
      findings: ['ZT-SECRET-IN-CLEAR[TOKEN]'],
    },
    {
      of: 'a build',
      resources: {
        C: resource('CodeBuild::Project', {
          Environment: { EnvironmentVariables: [{ Name: 'TOKEN', Value: 'x' }] },
        }),
      },
      findings: ['ZT-SECRET-IN-CLEAR[TOKEN]'],
    },
  ],
  unknown: [
    {
      of: 'a parameter',
      resources: env({ PASSWORD: ref('P') }),
      sections: parameter,
      findings: ['ZT-SECRET-IN-CLEAR[unjudged PASSWORD]'],
    },
    {
      of: 'variables made by a macro',
      resources: fn({ Environment: { Variables: { A: 'b', 'Fn::Transform': { Name: 'M' } } } }),
      findings: ['ZT-SECRET-IN-CLEAR[unjudged]'],
    },
  ],
}

export const readable: Cases = {
  passes: [
    { of: 'resources', resources: { T: resource('DynamoDB::Table') } },
    {
      of: 'a nested stack of the app',
      resources: { N: resource('CloudFormation::Stack', { TemplateURL: 'https://b/n.json' }) },
      assets: { 'n.json': { Resources: {} } },
    },
  ],
  breaks: [],
  unknown: [
    {
      of: 'a nested stack of elsewhere',
      resources: { N: resource('CloudFormation::Stack', { TemplateURL: 'https://b/n.json' }) },
      findings: ['ZT-READABLE[unjudged]'],
    },
    {
      of: 'a nested stack that contains itself',
      resources: { N: resource('CloudFormation::Stack', { TemplateURL: 'https://b/n.json' }) },
      assets: {
        'n.json': {
          Resources: { N: resource('CloudFormation::Stack', { TemplateURL: 'https://b/n.json' }) },
        },
      },
      findings: ['ZT-READABLE[unjudged]'],
    },
    {
      of: 'a set of stacks',
      resources: { N: resource('CloudFormation::StackSet', {}) },
      findings: ['ZT-READABLE[unjudged]'],
    },
    {
      of: 'a product of a catalogue',
      resources: { N: resource('ServiceCatalog::CloudFormationProvisionedProduct', {}) },
      findings: ['ZT-READABLE[unjudged]'],
    },
    {
      of: 'a module',
      resources: { M: { Type: 'My::S3::Bucket::MODULE', Properties: {} } },
      findings: ['ZT-READABLE[unjudged]'],
    },
    {
      of: 'properties that are included',
      resources: { T: resource('DynamoDB::Table', { 'Fn::Transform': { Name: 'AWS::Include' } }) },
      findings: ['ZT-READABLE[unjudged]'],
    },
    {
      of: 'attributes that are included',
      resources: { T: resource('DynamoDB::Table', {}, { 'Fn::Transform': { Name: 'AWS::Include' } }) },
      findings: ['ZT-READABLE[unjudged]'],
    },
  ],
}
