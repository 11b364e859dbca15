import { createServer, request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'
import {
  type AccessSummary,
  createRestApi,
  type FunctionResult,
  type RestApiDefinition,
} from '../../../local/gateway/rest-api.ts'

export const GATE = 'arn:aws:lambda:eu-central-1:123456789012:function:gate'
export const AUTHORIZER = 'arn:aws:lambda:eu-central-1:123456789012:function:authorizer'
export const API_ARN = 'arn:aws:execute-api:eu-central-1:123456789012:abc123'

type Fields = Record<string, unknown>

export function uriOf(functionArn: string): string {
  return `arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/${functionArn}/invocations`
}

/** An operation on the gate function, open to everyone unless told otherwise. */
export function operation(fields: Fields = {}, integration: Fields = {}): Fields {
  return {
    responses: {},
    security: [],
    'x-amazon-apigateway-integration': {
      type: 'aws_proxy',
      httpMethod: 'POST',
      uri: uriOf(GATE),
      passthroughBehavior: 'when_no_match',
      timeoutInMillis: 29_000,
      ...integration,
    },
    ...fields,
  }
}

/** An operation behind the authorizer `token`. */
export function guarded(fields: Fields = {}): Fields {
  return operation({ security: [{ token: [] }], ...fields })
}

/** A document with these paths and the authorizer `token`. */
export function documentWith(paths: Fields, fields: Fields = {}, authorizer: Fields = {}): Fields {
  return {
    openapi: '3.0.1',
    info: { title: 'test', version: '1' },
    paths,
    components: {
      securitySchemes: {
        token: {
          type: 'apiKey',
          name: 'Authorization',
          in: 'header',
          'x-amazon-apigateway-authtype': 'custom',
          'x-amazon-apigateway-authorizer': {
            type: 'request',
            identitySource: 'method.request.header.Authorization, context.httpMethod, context.resourcePath',
            authorizerUri: uriOf(AUTHORIZER),
            authorizerResultTtlInSeconds: 300,
            ...authorizer,
          },
        },
      },
    },
    ...fields,
  }
}

export function definitionOf(body: unknown, accessLogFormat?: string): RestApiDefinition {
  const named = { apiId: 'abc123', stageName: 'prod', accountId: '123456789012', region: 'eu-central-1' }
  return { body, ...named, ...(accessLogFormat === undefined ? {} : { accessLogFormat }) }
}

export interface Call {
  functionArn: string
  event: Fields & { requestContext: Fields & { authorizer?: Fields } }
  timeoutMs: number
}

export interface CloudOptions {
  body: unknown
  accessLogFormat?: string
  gate?: (call: Call) => FunctionResult | Promise<FunctionResult>
  authorizer?: (call: Call) => FunctionResult | Promise<FunctionResult>
  mayInvoke?: (functionArn: string, sourceArn: string) => boolean
}

export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  rawHeaders: string[]
  body: string
}

export interface AskOptions {
  method?: string
  /** As name, value, name, value, …, so that names can repeat and keep their case. */
  headers?: string[]
  body?: string | Buffer
}

export function returned(payload: unknown): FunctionResult {
  return { kind: 'returned', payload }
}

export function policyOf(effect: string, resource: unknown, context?: Fields): Fields {
  return {
    principalId: 'user-1',
    policyDocument: {
      Version: '2012-10-17',
      Statement: [{ Effect: effect, Action: 'execute-api:Invoke', Resource: resource }],
    },
    ...(context === undefined ? {} : { context }),
  }
}

/** A REST API on a free port of this machine, whose functions are plain functions; closed when the test is over. */
export async function startApi(options: CloudOptions) {
  const calls: Call[] = []
  const faults: unknown[] = []
  const sources: [string, string][] = []
  const logs: { line: string; summary: AccessSummary }[] = []
  const clock = { now: 1_700_000_000_000 }
  const api = createRestApi(definitionOf(options.body, options.accessLogFormat), {
    async invoke(functionArn, event, { timeoutMs }) {
      // Through JSON, because that is all that reaches a function.
      const call = { functionArn, event: JSON.parse(JSON.stringify(event)), timeoutMs } as Call
      calls.push(call)
      if (functionArn === AUTHORIZER) {
        return (options.authorizer ?? (() => returned(policyOf('Allow', `${API_ARN}/prod/*`))))(call)
      }
      return (options.gate ?? (() => returned({ statusCode: 200, body: 'ok' })))(call)
    },
    mayInvoke(functionArn, sourceArn) {
      sources.push([functionArn, sourceArn])
      return options.mayInvoke?.(functionArn, sourceArn) ?? true
    },
    now: () => clock.now,
    accessLog: (line, summary) => void logs.push({ line, summary }),
  })
  const server = createServer((message, response) => {
    api.handle(message, response).catch((fault: unknown) => faults.push(fault))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
  })
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0

  async function ask(path: string, ask: AskOptions = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const headers = ['Host', 'api.example.com', ...(ask.headers ?? [])]
      if (ask.body !== undefined) headers.push('Content-Length', String(Buffer.byteLength(ask.body)))
      const sent = httpRequest(
        { host: '127.0.0.1', port, method: ask.method ?? 'GET', path, headers, agent: false },
        answer => {
          text(answer).then(
            body =>
              resolve({
                status: answer.statusCode ?? 0,
                headers: answer.headers,
                rawHeaders: answer.rawHeaders,
                body,
              }),
            reject,
          )
        },
      )
      sent.on('error', reject)
      sent.end(ask.body)
    })
  }

  /** Sends bytes as they are and returns everything that comes back until the server closes. */
  function askRaw(bytes: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => void socket.write(bytes, 'latin1'))
      text(socket).then(resolve, reject)
    })
  }

  /** The events of the calls of one function. */
  function eventsOf(functionArn: string): Call['event'][] {
    return calls.filter(call => call.functionArn === functionArn).map(call => call.event)
  }

  /** The first event the gate got. */
  function gateEvent(): Call['event'] {
    const [event] = eventsOf(GATE)
    if (!event) throw new Error('the gate was not called')
    return event
  }

  return { api, ask, askRaw, calls, clock, eventsOf, faults, gateEvent, logs, port, server, sources }
}
