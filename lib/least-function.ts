import { type Duration, Stack } from 'aws-cdk-lib'
import type { CfnStage, RestApiBase } from 'aws-cdk-lib/aws-apigateway'
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import {
  Architecture,
  CfnPermission,
  type Code,
  type FunctionOptions,
  type ICodeSigningConfig,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda'
import type { Construct } from 'constructs'
import { acknowledgeByDesign } from './acknowledged.ts'
import { decryptVia } from './encryption.ts'
import type { LogGroups } from './log-groups.ts'

/** What all functions of one API have in common. */
export interface CommonFunctionProps {
  readonly logGroups: LogGroups
  /** Whether they send traces to X-Ray, which their roles may then. */
  readonly tracing: boolean
  /** Encrypts environment variables. @default - a key of AWS's */
  readonly encryptionKey?: IKey | undefined
  /** Whose signatures code must carry. @default - code need not be signed */
  readonly codeSigning?: ICodeSigningConfig | undefined
}

export interface LeastFunctionProps extends Pick<FunctionOptions, 'vpc' | 'vpcSubnets' | 'securityGroups'> {
  readonly common: CommonFunctionProps
  readonly description: string
  readonly code: Code
  readonly memorySize: number
  readonly timeout: Duration
  readonly environment?: Record<string, string>
  /** Most invocations at a time, and as many that no other function can take. @default - whatever the account has left */
  readonly reservedConcurrency?: number | undefined
}

/**
 * A function that can do one thing to begin with: write to its own log group; and send traces, where they are wanted. AWS's managed
 * policy for this, which CDK attaches by default, allows writing to every log group of the account.
 */
export function createFunction(scope: Construct, props: LeastFunctionProps): LambdaFunction {
  const { common, reservedConcurrency, ...rest } = props
  const { logGroups, encryptionKey, codeSigning, tracing } = common
  const logGroup = logGroups.create(scope, 'Logs')
  const role = new Role(scope, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') })
  logGroup.grantWrite(role)
  if (encryptionKey) role.addToPolicy(decryptVia(encryptionKey, 'lambda'))
  const fn = new LambdaFunction(scope, 'Function', {
    ...rest,
    handler: 'index.handler',
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    role,
    logGroup,
    loggingFormat: LoggingFormat.JSON,
    environmentEncryption: encryptionKey,
    codeSigningConfig: codeSigning,
    reservedConcurrentExecutions: reservedConcurrency,
    tracing: tracing ? Tracing.ACTIVE : Tracing.DISABLED,
  })
  acknowledgeByDesign(fn, 'function')
  if (tracing) acknowledgeByDesign(role, 'traces')
  return fn
}

/** All methods of an API's stage. Its name as it is: a reference would have the stage there before anything that it calls may be called. */
export const everyMethod = ({ deploymentStage }: RestApiBase): string =>
  `${(deploymentStage.node.defaultChild as CfnStage).stageName}/*/*`

/**
 * Lets one API, and of it only these invocations, call a function; and has its stage deployed after that, not before: whoever called in
 * between would get an error, of every route where functions are replaced by others of another name.
 */
export function permitInvocation(
  scope: Construct,
  fn: LambdaFunction,
  restApi: RestApiBase,
  invocations: string,
): void {
  const permission = new CfnPermission(scope, 'Permission', {
    action: 'lambda:InvokeFunction',
    functionName: fn.functionArn,
    principal: 'apigateway.amazonaws.com',
    sourceArn: Stack.of(scope).formatArn({
      service: 'execute-api',
      resource: restApi.restApiId,
      resourceName: invocations,
    }),
  })
  restApi.latestDeployment?.node.addDependency(permission)
}
