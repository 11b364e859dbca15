import { createHash } from 'node:crypto'
import {
  GetFunctionCodeSigningConfigCommand,
  GetFunctionCommand,
  GetFunctionConcurrencyCommand,
  GetLayerVersionCommand,
  GetPolicyCommand,
  LambdaClient,
} from '@aws-sdk/client-lambda'
import { clientOptions } from '../deployed.ts'
import { object, secrets } from './calls.ts'
import type { Reader } from './reader.ts'

interface Place {
  readonly S3Bucket: string
  readonly S3Key: string
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('base64')

/** Code is compared by what was uploaded and what runs. */
export const lambdaFunction: Reader = {
  declared: async ({ Environment, ...rest }, origin) => ({
    ...rest,
    ...(Environment !== undefined && { Environment: await filled(origin, Environment as Environment) }),
  }),
  async read(origin, { physicalId: FunctionName, properties }) {
    const client = new LambdaClient(clientOptions(origin))
    const { Configuration: found } = await client.send(new GetFunctionCommand({ FunctionName }))
    const concurrency = await client.send(new GetFunctionConcurrencyCommand({ FunctionName }))
    const signing = await client.send(new GetFunctionCodeSigningConfigCommand({ FunctionName }))
    const { S3Bucket, S3Key } = properties.Code as Place
    const uploaded = sha256(await object(origin, S3Bucket, S3Key))
    return {
      ...found,
      Code: found?.CodeSha256 === uploaded ? properties.Code : 'another',
      Layers: found?.Layers?.map(({ Arn }) => Arn),
      LoggingConfig: found?.LoggingConfig,
      VpcConfig: found?.VpcConfig && {
        SubnetIds: found.VpcConfig.SubnetIds,
        SecurityGroupIds: found.VpcConfig.SecurityGroupIds,
      },
      CodeSigningConfigArn: signing.CodeSigningConfigArn,
      KmsKeyArn: found?.KMSKeyArn,
      ReservedConcurrentExecutions: concurrency.ReservedConcurrentExecutions,
    }
  },
}

interface Environment {
  readonly Variables: Readonly<Record<string, string>>
}

/** A dynamic reference is declared; what the secret holds is there. */
async function filled(origin: string, { Variables }: Environment): Promise<Environment> {
  const told = Object.entries(Variables).map(async ([name, text]) => {
    const [, SecretId] = /^\{\{resolve:secretsmanager:(.+):SecretString:::\}\}$/.exec(text) ?? []
    if (SecretId === undefined) return [name, text]
    return [
      name,
      (await secrets<{ SecretString: string }>(origin, 'GetSecretValue', { SecretId })).SecretString,
    ]
  })
  return { Variables: Object.fromEntries(await Promise.all(told)) }
}

export const permission: Reader = {
  async read(origin, { physicalId, properties: { FunctionName } }) {
    const client = new LambdaClient(clientOptions(origin))
    const { Policy = '{}' } = await client.send(
      new GetPolicyCommand({ FunctionName: FunctionName as string }),
    )
    const { Statement } = JSON.parse(Policy) as { Statement: Statement[] }
    const found = Statement.find(({ Sid, Effect }) => Sid === physicalId && Effect === 'Allow')
    return {
      FunctionName: found?.Resource,
      Action: found?.Action,
      Principal: found?.Principal.Service,
      SourceArn: found?.Condition.ArnLike?.['AWS:SourceArn'],
    }
  },
}

interface Statement {
  readonly Sid: string
  readonly Effect: string
  readonly Action: string
  readonly Resource: string
  readonly Principal: { readonly Service?: string }
  readonly Condition: Readonly<Record<string, Readonly<Record<string, string>>>>
}

export const layerVersion: Reader = {
  async read(origin, { physicalId, properties }) {
    const [, LayerName, version] = /([^:]+):(\d+)$/.exec(physicalId) ?? []
    const client = new LambdaClient(clientOptions(origin))
    const found = await client.send(new GetLayerVersionCommand({ LayerName, VersionNumber: Number(version) }))
    const { S3Bucket, S3Key } = properties.Content as Place
    const uploaded = sha256(await object(origin, S3Bucket, S3Key))
    return {
      Content: found.Content?.CodeSha256 === uploaded ? properties.Content : 'another',
      Description: found.Description,
      CompatibleRuntimes: found.CompatibleRuntimes,
      CompatibleArchitectures: found.CompatibleArchitectures,
    }
  },
}
