import { type Duration, Stack } from 'aws-cdk-lib'
import type { RestApiBase } from 'aws-cdk-lib/aws-apigateway'
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import {
  Architecture,
  CfnPermission,
  type Code,
  type FunctionOptions,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
} from 'aws-cdk-lib/aws-lambda'
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { Construct } from 'constructs'

export interface LeastFunctionProps extends Pick<FunctionOptions, 'vpc' | 'vpcSubnets' | 'securityGroups'> {
  readonly description: string
  readonly code: Code
  readonly memorySize: number
  readonly timeout: Duration
  readonly logRetention: RetentionDays
  readonly environment?: Record<string, string>
}

/**
 * A function that can do one thing to begin with: write to its own log group. AWS's managed policy for this, which CDK
 * attaches by default, allows writing to every log group of the account.
 */
export function createFunction(scope: Construct, props: LeastFunctionProps): LambdaFunction {
  const { logRetention, ...rest } = props
  const logGroup = new LogGroup(scope, 'Logs', { retention: logRetention })
  const role = new Role(scope, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') })
  logGroup.grantWrite(role)
  return new LambdaFunction(scope, 'Function', {
    ...rest,
    handler: 'index.handler',
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    role,
    logGroup,
    loggingFormat: LoggingFormat.JSON,
  })
}

/** Lets one API, and of it only these invocations, call a function. */
export function permitInvocation(
  scope: Construct,
  fn: LambdaFunction,
  restApi: RestApiBase,
  invocations: string,
): void {
  new CfnPermission(scope, 'Permission', {
    action: 'lambda:InvokeFunction',
    functionName: fn.functionArn,
    principal: 'apigateway.amazonaws.com',
    sourceArn: Stack.of(scope).formatArn({
      service: 'execute-api',
      resource: restApi.restApiId,
      resourceName: invocations,
    }),
  })
}
