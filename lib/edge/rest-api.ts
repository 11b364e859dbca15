import { Lazy } from 'aws-cdk-lib'
import {
  ApiDefinition,
  type CfnRestApi,
  type CfnStage,
  EndpointType,
  IpAddressType,
  LogGroupLogDestination,
  SpecRestApi,
} from 'aws-cdk-lib/aws-apigateway'
import type { Construct } from 'constructs'
import { acknowledgeByDesign } from '../acknowledged.ts'
import { accessLogFormat } from '../compile/access-log.ts'
import type { LogGroups } from '../log-groups.ts'
import { type Edge, tlsOf } from './edge.ts'
import { resourcePolicy } from './resource-policy.ts'
import { narrowVpcEndpoints } from './vpc-endpoints.ts'

export interface RestApiDeclaration {
  readonly apiName: string
  readonly stageName: string
  readonly edge: Edge
  readonly logGroups: LogGroups
  /** What the OpenAPI document begins with. */
  readonly info: { readonly title: string; readonly version: string }
  /** Puts the document where it is to be (gateway-body.ts). */
  readonly placeBody: (restApi: CfnRestApi) => void
  readonly methodSettings: () => CfnStage.MethodSettingProperty[]
}

/**
 * The REST API and its one stage. Whatever stands in the API's properties, policies among it, is in the deployment's logical id too: a
 * change of any of them deploys the stage anew, without which it would count for nobody.
 */
export function createRestApi(scope: Construct, declaration: RestApiDeclaration): SpecRestApi {
  const { edge, stageName, apiName, info } = declaration
  const accessLogs = declaration.logGroups.create(scope, 'AccessLogs')
  const policy = resourcePolicy(scope, edge)
  const api = new SpecRestApi(scope, 'RestApi', {
    restApiName: apiName,
    apiDefinition: ApiDefinition.fromInline({ openapi: '3.0.1', info, paths: {} }),
    endpointConfiguration: endpointConfiguration(edge),
    ...(policy && { policy }),
    // Whoever went around the domain would go around its client certificates, and a firewall that looks at names.
    ...(edge.domain && { disableExecuteApiEndpoint: true }),
    cloudWatchRole: true, // without the account's role, access logs make the deployment fail
    deployOptions: {
      stageName,
      accessLogDestination: new LogGroupLogDestination(accessLogs),
      accessLogFormat,
      tracingEnabled: edge.tracing,
    },
  })
  acknowledgeByDesign(api, 'restApi')
  const resource = api.node.defaultChild as CfnRestApi
  declaration.placeBody(resource)
  const { securityPolicy, endpointAccessMode } = tlsOf(edge)
  resource.securityPolicy = securityPolicy
  resource.endpointAccessMode = endpointAccessMode
  const stage = api.deploymentStage.node.defaultChild as CfnStage
  stage.methodSettings = Lazy.any({ produce: declaration.methodSettings })
  narrowVpcEndpoints(scope, edge, stageName)
  return api
}

function endpointConfiguration({ endpoint: { target } }: Edge) {
  if (target.kind === 'private') {
    return { types: [EndpointType.PRIVATE], vpcEndpoints: [...target.vpcEndpoints] }
  }
  return {
    types: [EndpointType.REGIONAL],
    ...(target.dualStack && { ipAddressType: IpAddressType.DUAL_STACK }),
  }
}
