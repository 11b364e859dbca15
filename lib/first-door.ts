import { Aws, Duration, Token } from 'aws-cdk-lib'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import { Construct } from 'constructs'
import { PolicyCode } from './compile/function-code.ts'
import { type ApiIssuers, issuerManifest } from './compile/manifests.ts'
import type { Issuer } from './declare/issuer.ts'
import { type CommonFunctionProps, createFunction } from './least-function.ts'

export interface FirstDoorProps {
  readonly issuers: readonly Issuer[]
  /** How long API Gateway may reuse an answer. */
  readonly cacheTtl: Duration
  /** How long it remembers that a token was verified. */
  readonly verifiedTokenTtl: Duration
  readonly common: CommonFunctionProps
  readonly reservedConcurrency: number | undefined
  /** The policy beside the bundle. Called when the template is made. */
  readonly generate: () => Readonly<Record<string, string>>
}

/** The authorizer's function. Its role can write its log, and nothing else: keys are public, tokens carry the rest. */
export class FirstDoor extends Construct {
  readonly function: LambdaFunction
  readonly issuers: ApiIssuers
  readonly cacheTtlSeconds: number
  readonly verifiedTokenTtlSeconds: number
  readonly reservedConcurrency: number | undefined

  constructor(scope: Construct, id: string, props: FirstDoorProps) {
    super(scope, id)
    const { issuers, cacheTtl, verifiedTokenTtl, common, reservedConcurrency, generate } = props
    this.cacheTtlSeconds = cacheTtl.toSeconds()
    this.verifiedTokenTtlSeconds = verifiedTokenTtl.toSeconds()
    this.reservedConcurrency = reservedConcurrency
    const environment: Record<string, string> = {
      API_ARN_PREFIX: `arn:${Aws.PARTITION}:execute-api:${Aws.REGION}:${Aws.ACCOUNT_ID}:`,
    }
    const manifests = issuers.map((issuer, index) =>
      issuerManifest(issuer, index, (name, value) => {
        if (!Token.isUnresolved(value)) return value
        environment[name] = value
        return { env: name }
      }),
    )
    this.issuers = { declared: issuers, manifests }
    this.function = createFunction(this, {
      description: "Sallyport's first door",
      code: new PolicyCode('authorizer', generate),
      memorySize: 256,
      timeout: Duration.seconds(10),
      common,
      reservedConcurrency,
      environment,
    })
  }
}
