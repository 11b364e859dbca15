import { App, Stack } from 'aws-cdk-lib'
import { Annotations, Match } from 'aws-cdk-lib/assertions'
import { Access, ZeroTrustApi } from 'sallyport'
import { describe, expect, it } from 'vitest'
import { ok } from './support.ts'

const account = '123456789012'

/** Warnings about the second of two APIs, each in a stack of its own. */
function warnings(ids: readonly [string, string], regions?: readonly [string, string]) {
  const app = new App()
  const [, stack] = ids.map((id, i) => {
    const region = regions?.[i]
    const stack = new Stack(app, `S${i}`, region === undefined ? {} : { env: { account, region } })
    new ZeroTrustApi(stack, id).addRoute('GET /a', { upstream: ok, access: Access.public() })
    return stack
  })
  return Annotations.fromStack(stack as Stack)
    .findWarning('*', Match.stringLikeRegexp('construct id'))
    .map(({ entry }) => entry.data)
}

describe('two APIs of one id', () => {
  it('in stacks of no known place are warned about: there, CloudWatch would add up their metrics', () => {
    expect(warnings(['Api', 'Api'])).toEqual([
      expect.stringContaining('S1/Api has the construct id of S0/Api'),
    ])
  })

  it('in two regions are none of each other’s business', () => {
    expect(warnings(['Api', 'Api'], ['eu-west-1', 'us-east-1'])).toEqual([])
  })

  it('are what matters, not two APIs', () => {
    expect(warnings(['Shop', 'Billing'])).toEqual([])
  })
})
