import { Access, type ZeroTrustApiProps } from 'sallyport'
import { describe, expect, it } from 'vitest'
import { complaintOf, login, newApi, ok, type Resource, synthesized } from './support.ts'

const traced = (props: ZeroTrustApiProps = {}) => {
  const given = synthesized(api => api.addRoute('GET /a', { upstream: ok, access: Access.token() }), {
    issuers: [login],
    ...props,
  })
  const statements = given
    .all('AWS::IAM::Policy')
    .flatMap(({ Properties }: Resource) => Properties.PolicyDocument.Statement)
  return { ...given, statements, stage: given.only('AWS::ApiGateway::Stage').Properties }
}

describe('tracing', () => {
  it('is on unless declared otherwise: of the stage, the first door and every gate', () => {
    const { functions, stage } = traced()
    expect(stage.TracingEnabled).toBe(true)
    expect(functions.map(({ resource }) => resource.Properties.TracingConfig)).toEqual([
      { Mode: 'Active' },
      { Mode: 'Active' },
    ])
  })

  it('lets each function write traces, and that is all that any of them may do anywhere', () => {
    const { functions, statements } = traced()
    const anywhere = statements.filter(({ Resource }) => JSON.stringify(Resource).includes('"*"'))
    expect(anywhere).toEqual(
      functions.map(() => ({
        Action: ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'],
        Effect: 'Allow',
        Resource: '*',
      })),
    )
  })

  it('leaves no permission behind where it is off, and shows in the contract', () => {
    const { functions, stage, statements, template } = traced({ tracing: false })
    expect(stage.TracingEnabled).toBe(false)
    expect(functions.every(({ resource }) => !resource.Properties.TracingConfig)).toBe(true)
    expect(JSON.stringify(statements)).not.toMatch(/xray|"\*"/)
    expect(template.toJSON().Metadata).toMatchObject({ 'Api tracing': 'off' })
  })

  it('is true or false', () => {
    expect(complaintOf(() => newApi({ tracing: 'active' as never })).at).toBe('S/Api tracing')
  })
})
