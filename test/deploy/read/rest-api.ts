import {
  APIGatewayClient,
  type Authorizer,
  GetAccountCommand,
  GetAuthorizersCommand,
  GetDeploymentCommand,
  GetGatewayResponsesCommand,
  GetResourcesCommand,
  GetRestApiCommand,
  GetStageCommand,
  type Method,
} from '@aws-sdk/client-api-gateway'
import { clientOptions } from '../deployed.ts'
import { object } from './calls.ts'
import type { Reader } from './reader.ts'

/** An OpenAPI document, as far as API Gateway acts upon it. */
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components?: { readonly securitySchemes?: Readonly<Record<string, Scheme>> }
  readonly 'x-amazon-apigateway-gateway-responses'?: Readonly<Record<string, object>>
}
interface Operation {
  readonly security?: ReadonlyArray<Readonly<Record<string, unknown>>>
  readonly parameters?: ReadonlyArray<{ name: string; in: string; required?: boolean }>
  readonly 'x-amazon-apigateway-integration': object
}
interface Scheme {
  readonly 'x-amazon-apigateway-authtype': string
  readonly 'x-amazon-apigateway-authorizer': {
    readonly type: string
    readonly identitySource: string
    readonly authorizerUri: string
    readonly authorizerResultTtlInSeconds: number
  }
}

const members = (given: object, ...names: string[]) =>
  Object.fromEntries(Object.entries(given).filter(([name]) => names.includes(name)))

const ofIntegration = ['type', 'httpMethod', 'uri', 'timeoutInMillis']

/** The document in the words in which it can be read back. */
function declaredBody(document: Document) {
  const schemes = document.components?.securitySchemes ?? {}
  return {
    operations: Object.fromEntries(
      Object.entries(document.paths).flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, operation]) => [
          `${method.toUpperCase()} ${path}`,
          {
            authorizer: operation.security?.flatMap(one => Object.keys(one))[0] ?? null,
            parameters: Object.fromEntries(
              (operation.parameters ?? []).map(one => [
                `method.request.${one.in === 'query' ? 'querystring' : one.in}.${one.name}`,
                one.required ?? false,
              ]),
            ),
            integration: members(operation['x-amazon-apigateway-integration'], ...ofIntegration),
          },
        ]),
      ),
    ),
    authorizers: Object.fromEntries(
      Object.entries(schemes).map(([name, scheme]) => {
        const { type, ...rest } = scheme['x-amazon-apigateway-authorizer']
        return [name, { ...rest, type: type.toUpperCase(), authType: scheme['x-amazon-apigateway-authtype'] }]
      }),
    ),
    gatewayResponses: Object.fromEntries(
      Object.entries(document['x-amazon-apigateway-gateway-responses'] ?? {}).map(([type, given]) => [
        type,
        'statusCode' in given ? { ...given, statusCode: String(given.statusCode) } : given,
      ]),
    ),
  }
}

/** Operations, authorizers and gateway responses of an API, by name. */
export async function readBody(origin: string, restApiId: string): Promise<ReturnType<typeof declaredBody>> {
  const client = new APIGatewayClient(clientOptions(origin))
  const page = { restApiId, limit: 500 }
  const { items: resources = [] } = await client.send(
    new GetResourcesCommand({ ...page, embed: ['methods'] }),
  )
  const { items: authorizers = [] } = await client.send(new GetAuthorizersCommand(page))
  const { items: responses = [] } = await client.send(new GetGatewayResponsesCommand(page))
  const nameOf = ({ authorizationType, authorizerId }: Method) => {
    if (authorizationType !== 'CUSTOM') return null
    return authorizers.find(one => one.id === authorizerId)?.name ?? 'one that does not exist'
  }
  return {
    operations: Object.fromEntries(
      resources.flatMap(({ path, resourceMethods = {} }) =>
        Object.entries(resourceMethods).map(([method, described]) => [
          `${method} ${path}`,
          {
            authorizer: nameOf(described),
            parameters: described.requestParameters ?? {},
            integration: members(described.methodIntegration ?? {}, ...ofIntegration),
          },
        ]),
      ),
    ),
    authorizers: Object.fromEntries(
      authorizers.map(({ id, name, ...rest }: Authorizer) => [name, rest]),
    ) as never,
    gatewayResponses: Object.fromEntries(
      responses.map(({ responseType, defaultResponse, ...rest }) => [responseType, rest]),
    ),
  }
}

async function inAsset(origin: string, place: unknown): Promise<unknown> {
  const { Bucket, Key } = place as { Bucket: string; Key: string }
  return JSON.parse(String(await object(origin, Bucket, Key)))
}

export const restApi: Reader = {
  async declared({ Body, BodyS3Location, ...rest }, origin) {
    return { ...rest, Body: declaredBody((Body ?? (await inAsset(origin, BodyS3Location))) as Document) }
  },
  async read(origin, { physicalId: restApiId }) {
    const api = await new APIGatewayClient(clientOptions(origin)).send(new GetRestApiCommand({ restApiId }))
    return {
      Name: api.name,
      EndpointConfiguration: {
        Types: api.endpointConfiguration?.types,
        ...(api.endpointConfiguration?.vpcEndpointIds && {
          VpcEndpointIds: api.endpointConfiguration.vpcEndpointIds,
        }),
      },
      SecurityPolicy: api.securityPolicy,
      EndpointAccessMode: api.endpointAccessMode,
      DisableExecuteApiEndpoint: api.disableExecuteApiEndpoint,
      Policy: api.policy && JSON.parse(api.policy),
      Body: await readBody(origin, restApiId),
    }
  },
}

export const deployment: Reader = {
  async read(origin, { physicalId: deploymentId, properties: { RestApiId } }) {
    const client = new APIGatewayClient(clientOptions(origin))
    const { description } = await client.send(
      new GetDeploymentCommand({ restApiId: RestApiId as string, deploymentId }),
    )
    return { RestApiId, Description: description }
  },
}

export const stage: Reader = {
  async read(origin, { physicalId: stageName, properties: { RestApiId, MethodSettings = [] } }) {
    const client = new APIGatewayClient(clientOptions(origin))
    const found = await client.send(new GetStageCommand({ restApiId: RestApiId as string, stageName }))
    return {
      RestApiId,
      StageName: found.stageName,
      DeploymentId: found.deploymentId,
      TracingEnabled: found.tracingEnabled,
      AccessLogSetting: {
        DestinationArn: found.accessLogSettings?.destinationArn,
        Format: found.accessLogSettings?.format,
      },
      MethodSettings: Object.entries(found.methodSettings ?? {}).map(([place, settings]) => {
        const [path = '', HttpMethod] = place.split(/\/(?=[^/]+$)/)
        const ResourcePath = place === '*/*' ? '/*' : `/${path}`
        const declared = (MethodSettings as MethodSetting[]).find(
          one => one.ResourcePath === ResourcePath && one.HttpMethod === HttpMethod,
        )
        const all = {
          HttpMethod,
          ResourcePath,
          MetricsEnabled: settings.metricsEnabled,
          DataTraceEnabled: settings.dataTraceEnabled,
          LoggingLevel: settings.loggingLevel,
          ThrottlingRateLimit: settings.throttlingRateLimit,
          ThrottlingBurstLimit: settings.throttlingBurstLimit,
        }
        // What is not declared has AWS's defaults, which are many.
        return members(all, ...Object.keys(declared ?? all))
      }),
    }
  },
}

interface MethodSetting {
  readonly ResourcePath: string
  readonly HttpMethod: string
}

/** There is one for the account and region, so of several APIs the one that was deployed last counts. */
export const account: Reader = {
  async read(origin, { properties }) {
    const { cloudwatchRoleArn = '' } = await new APIGatewayClient(clientOptions(origin)).send(
      new GetAccountCommand({}),
    )
    const isOfAnApi = /:role\/[\w-]+RestApiCloudWatchRole/.test(cloudwatchRoleArn)
    return { CloudWatchRoleArn: isOfAnApi ? properties.CloudWatchRoleArn : cloudwatchRoleArn }
  },
}
