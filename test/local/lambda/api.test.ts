import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startInvokeApi } from '../../../local/lambda/api.ts'
import type { FunctionResult } from '../../../local/lambda/result.ts'
import type { AwsService } from '../../../local/network/aws-service.ts'

const arn = 'arn:aws:lambda:eu-west-1:111122223333:function:crm'
let api: AwsService
let client: LambdaClient
let result: FunctionResult
let events: unknown[]

beforeEach(async () => {
  events = []
  result = { kind: 'returned', payload: { ok: true } }
  api = await startInvokeApi({
    async invoke(nameOrArn, event) {
      if (nameOrArn !== 'crm' && nameOrArn !== arn) return undefined
      events.push(event)
      return result
    },
  })
  client = new LambdaClient({
    endpoint: api.origin,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  })
})

afterEach(async () => {
  client.destroy()
  await api.close()
})

async function invoke(input: Partial<ConstructorParameters<typeof InvokeCommand>[0]> = {}) {
  const output = await client.send(new InvokeCommand({ FunctionName: 'crm', Payload: '{"a":1}', ...input }))
  return {
    status: output.StatusCode,
    error: output.FunctionError,
    payload: JSON.parse(output.Payload?.transformToString() ?? ''),
  }
}

describe('the invoke API, called with the AWS SDK', () => {
  it.each(['crm', arn])('runs the function %s', async FunctionName => {
    expect(await invoke({ FunctionName })).toEqual({ status: 200, error: undefined, payload: { ok: true } })
    expect(events).toEqual([{ a: 1 }])
  })

  it('hands over what the function throws as a function error', async () => {
    result = { kind: 'failed', errorType: 'TypeError', errorMessage: 'no' }
    expect(await invoke()).toEqual({
      status: 200,
      error: 'Unhandled',
      payload: { errorType: 'TypeError', errorMessage: 'no' },
    })
  })

  it('hands over a time-out as a function error', async () => {
    result = { kind: 'timed-out' }
    expect(await invoke()).toMatchObject({
      error: 'Unhandled',
      payload: { errorType: 'Sandbox.Timedout', errorMessage: expect.stringContaining('Task timed out') },
    })
  })

  it('answers 429 TooManyRequestsException when throttled', async () => {
    result = { kind: 'throttled' }
    await expect(invoke()).rejects.toMatchObject({
      name: 'TooManyRequestsException',
      $metadata: { httpStatusCode: 429 },
    })
  })

  it('answers 404 ResourceNotFoundException for a function that does not exist', async () => {
    await expect(invoke({ FunctionName: 'other' })).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      $metadata: { httpStatusCode: 404 },
    })
  })

  it('answers 413 beyond 6 MB and 400 for what is not JSON', async () => {
    await expect(invoke({ Payload: `"${'x'.repeat(6 * 1024 * 1024)}"` })).rejects.toMatchObject({
      name: 'RequestEntityTooLargeException',
    })
    await expect(invoke({ Payload: '{' })).rejects.toMatchObject({ name: 'InvalidRequestContentException' })
    expect(events).toEqual([])
  })

  it.each([
    { InvocationType: 'Event' as const },
    { LogType: 'Tail' as const },
    { Qualifier: '7' },
    { ClientContext: 'e30=' },
  ])('refuses %o, which is not emulated', async input => {
    await expect(invoke(input)).rejects.toMatchObject({ name: 'InvalidParameterValueException' })
    expect(events).toEqual([])
  })
})
