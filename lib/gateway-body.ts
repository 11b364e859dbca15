import { Aspects, Fn, Lazy, Names, Stack, Token } from 'aws-cdk-lib'
import type { CfnRestApi } from 'aws-cdk-lib/aws-apigateway'
import type { CfnFunction, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import { RegionInfo } from 'aws-cdk-lib/region-info'
import type { Construct } from 'constructs'
import { stageJson } from './compile/json-asset.ts'
import { type Complaint, DeclarationError } from './declare/declaration-error.ts'

export interface GatewayBodyProps {
  readonly restApi: CfnRestApi
  /** The document, given the URI by which API Gateway invokes a function. */
  readonly document: (uriOf: (fn: LambdaFunction) => string) => object
  /** All functions that the document may name. */
  readonly functions: () => readonly LambdaFunction[]
}

/** Characters of a document, as JSON without spaces, that stand in the template. There each line is indented besides. */
export const mostInline = 200_000
/** The same where it can be nowhere else: more than half of what CloudFormation takes as a template is the document's then. */
export const mostImmovable = 400_000

/**
 * Places the document of a REST API: in its template, or, if it is large, in an asset that API Gateway imports from S3.
 * CloudFormation resolves nothing in there, so an asset names functions, account and region in so many words (docs/adr/0017).
 *
 * @param api all of whose routes are declared by the time the app is synthesized
 */
export function placeBody(api: Construct, { restApi, document, functions }: GatewayBodyProps): void {
  let isAsset = false
  restApi.body = Lazy.any({
    produce: () => (isAsset ? undefined : document(fn => deployedUri(fn, restApi))),
  })
  Aspects.of(api).add({
    visit(node) {
      if (node !== api) return
      isAsset = isForAsset(api, document, functions())
      if (isAsset) useAsset()
    },
  })

  function useAsset(): void {
    for (const fn of functions()) {
      resourceOf(fn).functionName = nameOf(fn, api)
      // In a template its ARN would say so.
      if (Stack.of(fn) === Stack.of(restApi)) restApi.addResourceDependency(resourceOf(fn))
    }
    restApi.bodyS3Location = Lazy.any({
      produce(): CfnRestApi.S3LocationProperty {
        const uris = new Map(functions().map(fn => [fn, literalUri(fn, restApi)]))
        const literal = document(fn => uris.get(fn) ?? literalUri(fn, restApi))
        const { bucketName, objectKey } = stageJson(Stack.of(restApi), literal)
        return { bucket: bucketName, key: objectKey }
      },
    })
  }
}

/** Hangs on what is declared alone: for this, URIs are of the same length everywhere. */
function isForAsset(
  api: Construct,
  document: GatewayBodyProps['document'],
  functions: readonly LambdaFunction[],
): boolean {
  const uri = 'x'.repeat(160)
  const characters = JSON.stringify(document(() => uri)).length
  if (characters <= mostInline) return false
  const obstacle = obstacleTo(api, functions)
  if (!obstacle) return true
  if (characters <= mostImmovable) return false
  throw new DeclarationError({
    at: api.node.path,
    given: `an OpenAPI document of ${characters} characters in the template, and ${obstacle.given}`,
    allowed: `${mostImmovable} of them: CloudFormation takes a template of 1,000,000 bytes`,
    fix: obstacle.fix,
  })
}

/** What keeps a document in the template, and what would let it go. */
function obstacleTo(
  api: Construct,
  functions: readonly LambdaFunction[],
): Pick<Complaint, 'given' | 'fix'> | undefined {
  const stacks = [api, ...functions].map(each => Stack.of(each))
  if (stacks.some(stack => partitionOf(stack) === undefined || Token.isUnresolved(stack.account))) {
    return {
      given: 'no account and region to name functions by',
      fix: "say where the stack goes, new Stack(app, 'Api', { env: { account, region } }): then the document becomes an asset by itself",
    }
  }
  if (stacks.some(({ nested }) => nested)) {
    return { given: 'a nested stack', fix: 'declare the API in a stack that is not nested' }
  }
  const unnamed = functions.find(fn => nameOf(fn, api) === undefined)
  return (
    unnamed && {
      given: `no name to call ${unnamed.node.path} by`,
      fix: 'give that function a functionName: then the document becomes an asset by itself',
    }
  )
}

/** As declared; undefined where that is known at deploy alone, or the function is not the API's own and CloudFormation is to name it. */
function nameOf(fn: LambdaFunction, api: Construct): string | undefined {
  const declared: unknown = Stack.of(fn).resolve(resourceOf(fn).functionName)
  if (typeof declared === 'string') return declared
  if (declared !== undefined || !fn.node.scopes.includes(api)) return undefined
  return Names.uniqueResourceName(fn, { maxLength: 64, separator: '-' })
}

const resourceOf = (fn: LambdaFunction) => fn.node.defaultChild as CfnFunction

/** By `Fn::Sub`, which says in one line what `Fn::Join` says in twenty: it stands in the document once for each route. */
function deployedUri(fn: LambdaFunction, restApi: CfnRestApi): string {
  const uri = (arn: string) =>
    `arn:\${AWS::Partition}:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${${arn}}/invocations`
  // A function of another stack has no logical id here.
  if (Stack.of(fn) !== Stack.of(restApi)) return Fn.sub(uri('Function'), { Function: fn.functionArn })
  return Fn.sub(uri(`${Stack.of(fn).getLogicalId(resourceOf(fn))}.Arn`))
}

function literalUri(fn: LambdaFunction, restApi: CfnRestApi): string {
  const [here, there] = [Stack.of(restApi), Stack.of(fn)]
  const functionName = writtenName(fn)
  const arn = `arn:${partitionOf(there)}:lambda:${there.region}:${there.account}:function:${functionName}`
  const uri = `arn:${partitionOf(here)}:apigateway:${here.region}:lambda:path/2015-03-31/functions/${arn}/invocations`
  if (functionName === undefined) throw new Error(`${fn.node.path} was declared after its API was measured`)
  if (typeof functionName === 'string' && !Token.isUnresolved(uri)) return uri
  throw new DeclarationError({
    at: fn.node.path,
    given: `a name of ${fn.node.path} that is known only at deploy`,
    allowed: 'one that is known at synth: the document is an asset, in which CloudFormation resolves nothing',
    fix: 'name it in so many words, or leave its name to the API',
  })
}

/** As it stands in the template: whoever names functions by overrides changes it there alone. */
function writtenName(fn: LambdaFunction): unknown {
  const stack = Stack.of(fn)
  const resource = resourceOf(fn)
  const { Resources } = stack.resolve(resource._toCloudFormation())
  return Resources[stack.getLogicalId(resource)].Properties.FunctionName
}

/** By its region: what `Stack.partition` says hangs on a feature flag. */
const partitionOf = ({ region }: Stack): string | undefined =>
  Token.isUnresolved(region) ? undefined : RegionInfo.get(region).partition
