import { Stack } from 'aws-cdk-lib'
import type { InterfaceVpcEndpoint, IVpcEndpoint } from 'aws-cdk-lib/aws-ec2'
import { AnyPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { Construct } from 'constructs'
import type { Edge } from './edge.ts'

/**
 * Lets VPCs call APIs of this account, region and stage name through the endpoints that the app creates; without a policy they would lead
 * to every private API of every account. Not this API's id alone: the API's own policy names the endpoint, and of two resources that
 * name each other CloudFormation can create neither.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-vpc-endpoint-policies.html
 */
export function narrowVpcEndpoints(
  scope: Construct,
  { endpoint: { target } }: Edge,
  stageName: string,
): void {
  if (target.kind !== 'private') return
  for (const endpoint of target.vpcEndpoints) {
    if (!isOfThisApp(endpoint)) continue
    endpoint.addToPolicy(
      new PolicyStatement({
        principals: [new AnyPrincipal()],
        actions: ['execute-api:Invoke'],
        resources: [
          Stack.of(scope).formatArn({
            service: 'execute-api',
            resource: '*',
            resourceName: `${stageName}/*`,
          }),
        ],
      }),
    )
  }
}

/** By what it can do, not by its class: there may be a second copy of aws-cdk-lib. */
const isOfThisApp = (endpoint: IVpcEndpoint): endpoint is InterfaceVpcEndpoint =>
  typeof (endpoint as Partial<InterfaceVpcEndpoint>).addToPolicy === 'function'
