import { App, Duration, Stack } from 'aws-cdk-lib'
import {
  AuthorizationType,
  IdentitySource,
  LambdaIntegration,
  RequestAuthorizer,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway'
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda'
import { collections, upstreamNames } from '../../test/support/many-routes.ts'

// The same routes, written with the CDK's own construct: a function for each upstream, one authorizer, a method for each route.
// It checks no input, output, scope or limit; what stands in its functions is not counted.
const routes = Number(process.argv[2])
// Each route takes three of a stack's 500 resources; the CDK would refuse the template.
const stack = new Stack(new App({ context: { '@aws-cdk/core:stackResourceLimit': 0 } }), 'PlainRoutes')
const createFunction = (id: string) =>
  new LambdaFunction(stack, id, {
    runtime: Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: Code.fromAsset('dist/functions/gate'),
  })
const api = new RestApi(stack, 'Api', { deployOptions: { stageName: 'live' } })
const authorizer = new RequestAuthorizer(stack, 'Authorizer', {
  handler: createFunction('FirstDoor'),
  identitySources: [
    IdentitySource.header('Authorization'),
    IdentitySource.context('httpMethod'),
    IdentitySource.context('resourcePath'),
  ],
  resultsCacheTtl: Duration.minutes(1),
})
const integrations = upstreamNames(routes).map(name => new LambdaIntegration(createFunction(name)))
const methods = { list: 'GET', create: 'POST', read: 'GET', replace: 'PUT', remove: 'DELETE' } as const
for (const [index, { name, operations }] of collections(routes).entries()) {
  const collection = api.root.addResource(name)
  for (const operation of operations) {
    const ofItem = operation !== 'list' && operation !== 'create'
    const resource = ofItem ? (collection.getResource('{id}') ?? collection.addResource('{id}')) : collection
    resource.addMethod(methods[operation], integrations[index % integrations.length], {
      authorizer,
      authorizationType: AuthorizationType.CUSTOM,
    })
  }
}
App.of(stack)?.synth()
