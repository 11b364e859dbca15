import { breach, type Rule } from '../rule.ts'
import type { Resource } from '../template/template.ts'
import { certain, type Templates } from '../template/templates.ts'

export const logRetention: Rule = {
  id: 'ZT-LOG-RETENTION',
  title: 'Logs are kept as long as someone decided, not for ever',
  fix: 'Set RetentionInDays; give each function a log group of its own (LoggingConfig.LogGroup), as what Lambda makes by itself never expires.',
  types: ['AWS::Logs::LogGroup', 'AWS::Lambda::Function'],
  *judge(resource, app) {
    if (resource.type === 'AWS::Lambda::Function') {
      if (!resource.get('LoggingConfig', 'LogGroup').isPresent && !hasOwnGroup(resource, app))
        yield breach('Properties.LoggingConfig', 'Lambda makes a log group for it, which never expires')
      return
    }
    // Its logs are gone after two days, whatever is set.
    if (resource.get('LogGroupClass').text() === 'DELIVERY') return
    const at = resource.get('RetentionInDays')
    if (at.number() === undefined) yield breach(at, 'it keeps logs for ever')
  },
}

/** A group under the name that Lambda would take, or CDK's custom resource that sets the retention of that one. */
function hasOwnGroup(fn: Resource, app: Templates): boolean {
  const names = [fn.reference, fn.get('FunctionName').text()].map(name => `/aws/lambda/${name}`)
  return (
    app
      .of('AWS::Logs::LogGroup', 'Custom::LogRetention')
      // The custom resource is judged by no rule of its own; without a time it keeps logs for ever.
      .filter(group => group.type !== 'Custom::LogRetention' || group.get('RetentionInDays').isPresent)
      .some(group => names.includes(group.get('LogGroupName').text() ?? '') && certain(group, fn))
  )
}
