// One execution environment of one function: loads the handler, then answers requests one at a time until its parent is gone.
// Follows the Node.js 24 managed runtime (aws-lambda-nodejs-runtime-interface-client) in context, error types and limits.
//
// Wire, newline-delimited JSON over the socket at descriptor 3, so that the function's own output and IPC stay untouched:
//   parent → here   {configuration}             once
//   here → parent   {ready: true} | {failed}    once
//   parent → here   {request: {id, event, deadlineMs}}
//   here → parent   {returned: text} | {failed: {errorType, errorMessage}}
import { existsSync } from 'node:fs'
import { Socket } from 'node:net'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

// The 6 MB of the documented limit, and what Lambda's own message says.
const responseMaxBytes = 6 * 1024 * 1024 + 100
const initId = '00000000-0000-0000-0000-000000000000'
const channel = new Socket({ fd: 3 })
const { stdout, stderr } = process
// Taken now: the function may replace them later.
const writers = [stdout.write.bind(stdout), stderr.write.bind(stderr)]

/** @type {{functionName: string, invokedFunctionArn: string, memoryLimitInMB: string, handler: string, codeDirectory: string}} */
let configuration
let handler

// Without a parent nobody can ask or listen: also when it was killed.
channel.on('close', () => process.exit(0))
channel.on('error', () => process.exit(0))
process.on('uncaughtException', error => fail(error, 129))
process.on('unhandledRejection', reason =>
  fail({ name: 'Runtime.UnhandledPromiseRejection', message: String(reason?.message ?? reason) }, 128),
)

// A message is one line. Not node:readline: that also breaks at U+2028, which JSON text may contain.
let parts = []
channel.setEncoding('utf8')
channel.on('data', chunk => {
  const [end, ...lines] = chunk.split('\n')
  parts.push(end)
  for (const next of lines) {
    const message = parts.join('')
    parts = [next]
    receive(JSON.parse(message))
  }
})

async function receive(message) {
  if (message.configuration) {
    configuration = message.configuration
    try {
      handler = await load(configuration)
    } catch (error) {
      return fail(error, 1)
    }
    return send({ ready: true }, initId)
  }
  const { request } = message
  return send(await answer(request), request.id)
}

async function load({ codeDirectory, handler: name }) {
  const [, path, exported] = /^([^.]+|.*\/[^./]+)\.([^.]+)$/.exec(name) ?? []
  if (!path || path.split('/').includes('..')) {
    throw failure('Runtime.MalformedHandlerName', `Bad handler '${name}'; expected 'file.function'`)
  }
  const base = resolve(codeDirectory, path)
  const file = ['.mjs', '.js', '.cjs'].map(extension => base + extension).find(existsSync)
  if (!file) throw failure('Runtime.ImportModuleError', `Cannot find module '${path}' in the function's code`)
  let found
  try {
    const module = await import(pathToFileURL(file))
    found = module[exported] ?? module.default?.[exported]
  } catch (error) {
    // Anything else the function's own code throws keeps its type, as in the managed runtime.
    if (error instanceof SyntaxError)
      throw failure('Runtime.UserCodeSyntaxError', `SyntaxError: ${error.message}`)
    if (/^(ERR_)?MODULE_NOT_FOUND$/.test(error?.code))
      throw failure('Runtime.ImportModuleError', error.message)
    throw error
  }
  if (found === undefined) {
    throw failure('Runtime.HandlerNotFound', `${name} is undefined or not exported`)
  }
  if (typeof found !== 'function') throw failure('Runtime.HandlerNotFound', `${name} is not a function`)
  if (found.length >= 3) {
    throw failure(
      'Runtime.CallbackHandlerDeprecated',
      `${name} takes a callback, which nodejs24.x does not support; make it async and return the result`,
    )
  }
  return found
}

async function answer({ id, event, deadlineMs }) {
  let text
  try {
    const pending = handler(event, context(id, deadlineMs))
    // As in the managed runtime: a plain value returned without a promise is not a result.
    const result = typeof pending?.then === 'function' ? await pending : null
    text = stringify(result)
  } catch (error) {
    return { failed: describe(error) }
  }
  if (Buffer.byteLength(text) > responseMaxBytes) {
    return {
      failed: {
        errorType: 'Function.ResponseSizeTooLarge',
        errorMessage: `Response payload size exceeded maximum allowed payload size (${responseMaxBytes} bytes).`,
      },
    }
  }
  return { returned: text }
}

// https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html
function context(awsRequestId, deadlineMs) {
  const { functionName, invokedFunctionArn, memoryLimitInMB } = configuration
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn,
    memoryLimitInMB,
    awsRequestId,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    identity: undefined,
    clientContext: undefined,
    getRemainingTimeInMillis: () => deadlineMs - Date.now(),
  }
}

function stringify(result) {
  try {
    // Undefined is JSON null, as functions and symbols are.
    return JSON.stringify(result) ?? 'null'
  } catch {
    throw new Error('Unable to stringify response body')
  }
}

function failure(name, message) {
  return Object.assign(new Error(message), { name })
}

function describe(error) {
  if (error instanceof Error || typeof error?.message === 'string') {
    return { errorType: String(error.name ?? 'Error'), errorMessage: error.message }
  }
  return { errorType: typeof error, errorMessage: String(error) }
}

/** Sends one message, after marking in both outputs where the request ends, so that the parent can tell each line its request. */
function send(message, requestId) {
  for (const write of writers) write(`\0end ${requestId}\0\n`)
  return channel.write(`${JSON.stringify(message)}\n`)
}

/** The instance is of no further use: report why, and end once that is on its way. */
function fail(error, exitCode) {
  console.error(error?.stack ?? error)
  channel.write(`${JSON.stringify({ failed: describe(error), last: true })}\n`, () => process.exit(exitCode))
}
