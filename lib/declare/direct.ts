import { CfnResource, Duration, Token } from 'aws-cdk-lib'
import { type CfnFunction, type Function as LambdaFunction, RuntimeFamily } from 'aws-cdk-lib/aws-lambda'
import { checkDuration, describeValue } from './checks.ts'
import { DeclarationError } from './declaration-error.ts'

// The first of Lambda's that requires ES modules, as the policy's validators are.
// https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html
const leastNode = 24

/** Refuses what cannot have a second door inside: it needs a layer, permissions, and a Node.js that loads its policy. */
export function checkDirect(at: string, fn: LambdaFunction): void {
  // By what it can do, not by its class: there may be a second copy of aws-cdk-lib.
  const { addLayers, addEnvironment, node, runtime } = Object(fn) as Partial<LambdaFunction>
  const resource = node?.defaultChild
  const isOfThisApp =
    typeof addLayers === 'function' &&
    typeof addEnvironment === 'function' &&
    CfnResource.isCfnResource(resource) &&
    resource.cfnResourceType === 'AWS::Lambda::Function'
  if (!isOfThisApp) {
    throw new DeclarationError({
      at,
      given: node ? `${node.path}, which is no function of this app's own` : describeValue(fn),
      allowed: 'a Function of this app, such as a NodejsFunction: it is given a layer with its policy',
      fix: 'for an imported function, a version or an alias write Upstream.lambda(fn)',
    })
  }
  checkRun(at, resource as CfnFunction)
  const version = /^nodejs(\d+)\.x$/.exec(runtime?.name ?? '')?.[1]
  if (runtime?.family === RuntimeFamily.NODEJS && Number(version) >= leastNode) return
  throw new DeclarationError({
    at,
    given: `a function on ${runtime?.name ?? 'no known runtime'}`,
    allowed: `a function on nodejs${leastNode}.x or later, in which the door can run`,
    fix: 'state runtime: Runtime.NODEJS_24_X, or write Upstream.lambda(fn), behind which any function can stand',
  })
}

// Lambda takes lines that state no level for INFO, and drops what is below the one that is set.
// https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
const keepsInfo: readonly unknown[] = [undefined, 'TRACE', 'DEBUG', 'INFO']

/** Refuses where what the door writes would be dropped, or two requests would be measured as one. */
function checkRun(at: string, { loggingConfig, capacityProviderConfig }: CfnFunction): void {
  const { applicationLogLevel: level } = Object(loggingConfig) as { applicationLogLevel?: unknown }
  if (!Token.isUnresolved(level) && !keepsInfo.includes(level)) {
    throw new DeclarationError({
      at,
      given: `a function that logs nothing below ${String(level)}`,
      allowed: "INFO or below: the door's metrics and audit events are log lines that Lambda takes for INFO",
      fix: 'state applicationLogLevelV2: ApplicationLogLevel.INFO, and the level of your own logger in your code',
    })
  }
  if (capacityProviderConfig === undefined) return
  throw new DeclarationError({
    at,
    given: 'a function on managed instances, each of which answers many requests at once',
    allowed: 'a function whose instances answer one request at a time: so the door tells them apart',
    fix: 'leave the capacity provider out, or write Upstream.lambda(fn), behind which any function can stand',
  })
}

// API Gateway's own patience.
const mostMs = 29_000
// Lambda's, where nothing is stated.
const usual = Duration.seconds(3)
// What a function needs beyond its own time: that begins once it has loaded.
const reserveMs = 3000

/** How long API Gateway waits for a function. */
export function checkPatience(
  at: string,
  { timeout: own = usual }: LambdaFunction,
  given?: Duration,
): Duration {
  const ownMs = own.isUnresolved() ? mostMs : own.toMilliseconds()
  if (ownMs > mostMs) {
    throw new DeclarationError({
      at,
      given: `a function that may run for ${own.toSeconds()} s`,
      allowed:
        'a timeout of the function of up to 29 s: API Gateway waits no longer, and it would run on for nobody',
      fix: 'state timeout: Duration.seconds(29) or less on the function; make longer work asynchronous',
    })
  }
  return checkDuration(`${at} timeout`, given ?? Duration.millis(Math.min(ownMs + reserveMs, mostMs)), {
    unit: 'milliseconds',
    least: 100,
    most: mostMs,
    fix: 'API Gateway answers within 29 s; make longer work asynchronous',
  })
}
