import { CfnResource, Stack } from 'aws-cdk-lib'
import { Access } from 'sallyport'
import { describe, expect, it } from 'vitest'
import { newApi, newApp, ok } from './support.ts'

/** Synthesizes an API in a stack of so many resources. */
function stackOf(resources: number, context: Record<string, unknown> = {}) {
  const app = newApp(context)
  const stack = new Stack(app, 'S')
  newApi({}, stack).addRoute('GET /a', { upstream: ok, access: Access.public() })
  const own = stack.node.findAll().filter(CfnResource.isCfnResource).length
  for (let i = own; i < resources; i += 1) {
    new CfnResource(stack, `Other${i}`, { type: 'AWS::CloudFormation::WaitConditionHandle' })
  }
  return () => app.synth()
}

describe('a stack with an API', () => {
  it('has as many resources as CloudFormation takes', () => {
    expect(stackOf(500)).not.toThrow()
  })

  it('is refused with one more, saying what an upstream needs and where to go with it', () => {
    expect(stackOf(501)).toThrow(
      /S has 501 resources, of the 500 that CloudFormation takes in one stack\. An upstream needs five: move some of them/,
    )
  })

  it('is as large as its app says, where it says so', () => {
    expect(stackOf(501, { '@aws-cdk/core:stackResourceLimit': 501 })).not.toThrow()
  })
})
