import { Aws, Duration, Token } from 'aws-cdk-lib'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import type { RetentionDays } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import type { IssuerManifest } from '../contract/manifest.ts'
import { PolicyCode } from './compile/function-code.ts'
import { issuerManifest } from './compile/manifests.ts'
import { DeclarationError } from './declare/declaration-error.ts'
import { Issuer } from './declare/issuer.ts'
import { createFunction } from './least-function.ts'

export interface FirstDoorProps {
  readonly issuers: readonly Issuer[]
  /** How long API Gateway may reuse an answer. */
  readonly cacheTtl: Duration
  readonly logRetention: RetentionDays
  /** The policy beside the bundle. Called when the template is made. */
  readonly generate: () => Readonly<Record<string, string>>
}

/** The authorizer's function. Its role can write its log, and nothing else: keys are public, tokens carry the rest. */
export class FirstDoor extends Construct {
  readonly function: LambdaFunction
  readonly issuers: readonly IssuerManifest[]
  readonly cacheTtlSeconds: number

  constructor(scope: Construct, id: string, { issuers, cacheTtl, logRetention, generate }: FirstDoorProps) {
    super(scope, id)
    const at = scope.node.path
    checkDistinct(at, issuers)
    this.cacheTtlSeconds = checkCacheTtl(at, cacheTtl)
    const environment: Record<string, string> = {
      API_ARN_PREFIX: `arn:${Aws.PARTITION}:execute-api:${Aws.REGION}:${Aws.ACCOUNT_ID}:`,
    }
    this.issuers = issuers.map((issuer, index) =>
      issuerManifest(issuer, index, (name, value) => {
        if (!Token.isUnresolved(value)) return value
        environment[name] = value
        return { env: name }
      }),
    )
    this.function = createFunction(this, {
      description: "Sallyport's first door",
      code: new PolicyCode('authorizer', generate),
      memorySize: 256,
      timeout: Duration.seconds(10),
      logRetention,
      environment,
    })
  }
}

function checkDistinct(at: string, issuers: readonly Issuer[]): void {
  const stranger = issuers.find(issuer => !(issuer instanceof Issuer))
  if (stranger !== undefined) {
    throw new DeclarationError({
      at: `${at} issuers`,
      given: JSON.stringify(stranger),
      allowed: "Issuer.oidc('https://…', { audience, algorithms })",
      fix: 'say what tokens of this issuer must be, not only who it is',
    })
  }
  const names = issuers.map(issuer => issuer.issuer)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice === undefined) return
  throw new DeclarationError({
    at: `${at} issuers`,
    given: `${Token.isUnresolved(twice) ? 'a deploy-time issuer' : `the issuer "${twice}"`} twice`,
    allowed: 'each issuer once',
    fix: 'merge the two; one issuer can have several audiences and algorithms',
  })
}

function checkCacheTtl(at: string, given: Duration): number {
  const seconds = given.toSeconds()
  if (seconds <= 3600) return seconds
  throw new DeclarationError({
    at: `${at} authorizerCacheTtl`,
    given: `${seconds} s`,
    allowed: "0 to 3600 s, API Gateway's own bounds",
    fix: 'state at most an hour',
  })
}
