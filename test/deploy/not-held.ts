/** What the emulator does not hold of a resource as it was declared. All of it is unproven here, and printed by the run. */
export interface NotHeld {
  readonly type: string
  /** Null where nothing of the type is held: then it is accepted, and that is all. */
  readonly property: string | null
  readonly reason: string
}

export const notHeld: readonly NotHeld[] = [
  {
    type: 'AWS::S3::BucketPolicy',
    property: null,
    reason:
      'of the bootstrap bucket: moto refuses every upload, since it reads the denial of plain HTTP without its condition',
  },
  {
    type: 'AWS::CloudWatch::CompositeAlarm',
    property: null,
    reason:
      'moto has no composite alarms; test/lib/alarms.test.ts reads their rules, and the local cloud evaluates them',
  },
  {
    type: 'AWS::ApiGateway::RestApi',
    property: 'SecurityPolicy',
    reason: 'moto does not know it; that it is a parameter of the API, and a text, is all that was checked',
  },
  {
    type: 'AWS::ApiGateway::RestApi',
    property: 'EndpointAccessMode',
    reason: 'moto does not know it; that it is a parameter of the API, and a text, is all that was checked',
  },
  {
    type: 'AWS::ApiGateway::DomainName',
    property: 'EndpointAccessMode',
    reason: 'moto does not know it; that it is a parameter of the API, and a text, is all that was checked',
  },
  {
    type: 'AWS::ApiGateway::DomainName',
    property: 'MutualTlsAuthentication',
    reason: 'moto does not keep it',
  },
  { type: 'AWS::WAFv2::WebACL', property: 'DataProtectionConfig', reason: 'moto does not keep it' },
  { type: 'AWS::Logs::LogGroup', property: 'DeletionProtectionEnabled', reason: 'moto does not keep it' },
  { type: 'AWS::Lambda::Function', property: 'LoggingConfig', reason: 'moto does not keep it' },
]

/** What the emulator must accept without holding any of it. */
export const typesNotHeld = notHeld.filter(({ property }) => property === null).map(({ type }) => type)

export const isNotHeld = (type: string, property: string): boolean =>
  notHeld.some(one => one.type === type && (one.property === null || one.property === property))
