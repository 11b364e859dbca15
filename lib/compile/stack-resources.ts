import { CfnResource, Stack } from 'aws-cdk-lib'

/** Resources that CloudFormation takes in one stack. */
const maxResources = 500
// The CDK's own word for another number, or for none (0).
const resourceLimit = '@aws-cdk/core:stackResourceLimit'

/** What the CDK will say of a stack with too many resources, with the way out; nothing for one that fits. */
export function tooManyResources(stack: Stack): string[] {
  if (stack.node.tryGetContext(resourceLimit) !== undefined) return []
  const { length } = stack.node
    .findAll()
    .filter(each => CfnResource.isCfnResource(each) && Stack.of(each) === stack)
  if (length <= maxResources) return []
  return [
    `${stack.node.path} has ${length} resources, of the ${maxResources} that CloudFormation takes in one stack. ` +
      'An upstream needs five: move some of them, with their routes, or what else is in there, to another stack',
  ]
}
