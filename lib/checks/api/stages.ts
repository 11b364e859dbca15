import type { Resource } from '../template/template.ts'
import type { Templates } from '../template/templates.ts'
import type { Value } from '../template/value.ts'

export const restStageTypes = ['AWS::ApiGateway::Stage', 'AWS::ApiGateway::Deployment']
export const stageTypes = [...restStageTypes, 'AWS::ApiGatewayV2::Stage']

/** Settings of a stage. Undefined for a deployment, unless it makes a stage in passing. */
export function settingsOf(resource: Resource): Value | undefined {
  if (resource.type !== 'AWS::ApiGateway::Deployment') return resource.properties
  return resource.get('StageName').isPresent ? resource.get('StageDescription') : undefined
}

/** The REST API with this id. Undefined where it is none of this app's. */
export const apiOf = (id: Value, app: Templates): Resource | undefined => app.referred(id.text())

/** What leads from a domain name to APIs. */
export const mappingTypes = [
  'AWS::ApiGateway::BasePathMapping',
  'AWS::ApiGateway::BasePathMappingV2',
  'AWS::ApiGatewayV2::ApiMapping',
  'AWS::ApiGatewayV2::RoutingRule',
]

/** Ids of the APIs that a mapping leads to. */
export function mappedApis(mapping: Resource): Value[] {
  if (mapping.type === 'AWS::ApiGatewayV2::RoutingRule')
    return mapping
      .get('Actions')
      .items()
      .map(action => action.get('InvokeApi', 'ApiId'))
  return [mapping.get(mapping.type === 'AWS::ApiGatewayV2::ApiMapping' ? 'ApiId' : 'RestApiId')]
}

/** The domain name that it leads from. */
export function mappedDomain(mapping: Resource, app: Templates): Resource {
  const name = mapping.get('DomainName')
  return app.target(name.isPresent ? name : mapping.get('DomainNameArn'))
}

/** Whether only a VPC endpoint leads to it, by one of two places; which of the two counts nobody says. */
export const isPrivate = (api: Resource): boolean => endpointTypes(api).includes('PRIVATE')

/** The same, by all that is said of it. */
export const isPrivateAlone = (api: Resource): boolean =>
  isPrivate(api) && endpointTypes(api).every(type => type === 'PRIVATE')

const endpointTypes = (api: Resource): (string | undefined)[] =>
  [api.get('EndpointConfiguration', 'Types'), api.get('Parameters', 'endpointConfigurationTypes')]
    .flatMap(types => types.items())
    .map(type => type.text())
