import { documentOf } from '../api/openapi.ts'
import { mappedApis, mappingTypes } from '../api/stages.ts'
import { breach, each, type Rule } from '../rule.ts'
import type { Resource } from '../template/template.ts'
import type { Templates } from '../template/templates.ts'

/** What a domain name asks of callers (certificates, a firewall before it) is asked of nobody who goes around it. */
export const apiDefaultEndpoint: Rule = {
  id: 'ZT-API-DEFAULT-ENDPOINT',
  title: 'An API with a domain name answers at no other',
  fix: 'Set DisableExecuteApiEndpoint to true at the API.',
  types: mappingTypes,
  *judge(mapping, app) {
    yield* each(mappedApis(mapping), function* (id) {
      // A name may be there for APIs that are mapped to it later.
      if (id.isPresent && !isDisabled(app.target(id), app))
        yield breach(id, 'the API answers at its execute-api address, too')
    })
  },
}

function isDisabled(api: Resource, app: Templates): boolean {
  const flag = api.get('DisableExecuteApiEndpoint').flag()
  if (flag !== undefined) return flag
  const settings = documentOf(api, app).get('x-amazon-apigateway-endpoint-configuration')
  return settings.get('disableExecuteApiEndpoint').flag() === true
}
