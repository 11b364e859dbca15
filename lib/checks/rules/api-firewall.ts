import { apiOf, isPrivateAlone, settingsOf, stageTypes } from '../api/stages.ts'
import { breach, type Rule } from '../rule.ts'
import { known } from '../template/cannot-tell.ts'
import type { Resource } from '../template/template.ts'
import { certain, type Templates } from '../template/templates.ts'
import type { Value } from '../template/value.ts'

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-control-access-aws-waf.html */
export const apiFirewall: Rule = {
  id: 'ZT-API-FIREWALL',
  title: 'A web firewall stands before every stage that the internet reaches',
  fix: 'Associate a web ACL with the stage (AWS::WAFv2::WebACLAssociation). AWS WAF takes no HTTP and no WebSocket APIs: put one before their domain name, and acknowledge this with that reason.',
  types: stageTypes,
  *judge(stage, app) {
    if (!settingsOf(stage)) return
    if (stage.type === 'AWS::ApiGatewayV2::Stage') {
      yield breach('Properties', 'AWS WAF does not take this kind of API')
      return
    }
    const api = apiOf(stage.get('RestApiId'), app)
    if (api && isPrivateAlone(api)) return
    const association = app
      .of('AWS::WAFv2::WebACLAssociation')
      .find(each => isFor(each, stage, app) && certain(each, stage))
    if (!association) yield breach('Properties', 'no web ACL of this app is associated with it')
    // One of elsewhere is for others to judge.
    const acl = association && app.referred(known(() => association.get('WebACLArn').text()))
    if (acl?.type === 'AWS::WAFv2::WebACL' && acl.get('Rules').items().length === 0)
      yield breach('Properties', `its web ACL ${acl.logicalId} has no rule`)
  },
}

function isFor(association: Resource, stage: Resource, app: Templates): boolean {
  const arn = association.get('ResourceArn').text() ?? ''
  const [, api, name] = /\/restapis\/(\$\{[^}]*\}|[^/]+)\/stages\/(.+)$/.exec(arn) ?? []
  return (
    is(api, stage.get('RestApiId'), app) &&
    (name === stage.reference || is(name, stage.get('StageName'), app))
  )
}

function is(text: string | undefined, value: Value, app: Templates): boolean {
  const other = value.text()
  const resource = app.referred(text)
  return (
    text !== undefined && (text === other || (resource !== undefined && resource === app.referred(other)))
  )
}
