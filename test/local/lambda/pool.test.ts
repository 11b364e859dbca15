import { afterEach, describe, expect, it } from 'vitest'
import { cleanUp, deploy, isAlive } from './harness.ts'

afterEach(cleanUp)

const returned = (payload: unknown) => ({ kind: 'returned', payload })

describe('a function', () => {
  it('gets the event and answers with its result', async () => {
    const { pool } = await deploy('export const handler = async event => ({ got: event })')
    expect(await pool.invoke({ a: ['ü', null, 1] })).toEqual(returned({ got: { a: ['ü', null, 1] } }))
  })

  it.each([
    ['line separators of every kind', 'a\u2028b\u2029c\r\nd\0e'],
    ['characters that take several bytes, over many chunks', '😀ü'.repeat(500_000)],
  ])('gets and gives %s unchanged', async (_what, text) => {
    const { pool } = await deploy('export const handler = async event => event')
    const result = await pool.invoke({ text })
    expect(result.kind === 'returned' && result.payload).toEqual({ text })
  })

  it('fails without being run for an event beyond 6 MB', async () => {
    const { pool } = await deploy('export const handler = async () => 1')
    expect(await pool.invoke('x'.repeat(6 * 1024 * 1024 - 1))).toMatchObject({
      kind: 'failed',
      errorType: 'RequestEntityTooLargeException',
    })
    expect(pool.stats().coldStarts).toBe(0)
  })

  it('gets the context of the managed runtime', async () => {
    const { pool } = await deploy(`export const handler = async (event, context) => ({
      ...context, remaining: context.getRemainingTimeInMillis(), keys: Object.keys(context) })`)
    const result = await pool.invoke({})
    expect(result).toMatchObject(
      returned({
        functionName: 'gate',
        functionVersion: '$LATEST',
        invokedFunctionArn: 'arn:aws:lambda:eu-west-1:111122223333:function:gate',
        memoryLimitInMB: '256',
        callbackWaitsForEmptyEventLoop: true,
        awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      }),
    )
    const { remaining } = (result as { payload: { remaining: number } }).payload
    expect(remaining).toBeGreaterThan(0)
    expect(remaining).toBeLessThanOrEqual(5_000)
  })

  it("sees its declared environment and Lambda's variables, nothing of the developer's or of the local network", async () => {
    process.env.DEVELOPER_SECRET = 'x'
    try {
      const { pool } = await deploy('export const handler = async () => process.env', {
        environment: { TABLE: 'state' },
      })
      const { payload } = (await pool.invoke({})) as { payload: Record<string, string> }
      expect(payload).toMatchObject({
        TABLE: 'state',
        TZ: ':UTC',
        AWS_REGION: 'eu-west-1',
        _HANDLER: 'index.handler',
      })
      expect(Object.keys(payload).sort()).toEqual(
        [
          'AWS_ACCESS_KEY_ID',
          'AWS_DEFAULT_REGION',
          'AWS_EXECUTION_ENV',
          'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
          'AWS_LAMBDA_FUNCTION_NAME',
          'AWS_LAMBDA_FUNCTION_VERSION',
          'AWS_LAMBDA_INITIALIZATION_TYPE',
          'AWS_LAMBDA_LOG_GROUP_NAME',
          'AWS_LAMBDA_LOG_STREAM_NAME',
          'AWS_REGION',
          'AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED',
          'AWS_SECRET_ACCESS_KEY',
          'AWS_SESSION_TOKEN',
          'LAMBDA_TASK_ROOT',
          'LANG',
          'NODE_EXTRA_CA_CERTS',
          'TABLE',
          'TZ',
          '_HANDLER',
        ].sort(),
      )
    } finally {
      delete process.env.DEVELOPER_SECRET
    }
  })

  it.each(['AWS_REGION', 'AWS_LAMBDA_FUNCTION_NAME', 'TZ', 'NODE_EXTRA_CA_CERTS', 'SALLYPORT_LOCAL_NAMES'])(
    'cannot declare %s',
    async name => {
      await expect(deploy('', { environment: { [name]: 'x' } })).rejects.toThrow(
        `environment variable ${name} is`,
      )
    },
  )

  it.each([
    ['index.js', 'exports.handler = async () => "js"', 'js'],
    ['index.cjs', 'exports.handler = async () => "cjs"', 'cjs'],
  ])('may be CommonJS in %s', async (file, source, expected) => {
    const { pool } = await deploy(source, { file })
    expect(await pool.invoke({})).toEqual(returned(expected))
  })

  it('has each line it writes logged with its request before that request is answered', async () => {
    const { pool, lines } = await deploy(`console.log('loading')
      export const handler = async (event, { awsRequestId }) => {
        console.log('one\\ntwo'); console.error('bad'); process.stdout.write('half'); return awsRequestId }`)
    const { payload: first } = (await pool.invoke({})) as { payload: string }
    const { payload: second } = (await pool.invoke({})) as { payload: string }
    const of = (stream: string) =>
      lines.filter(line => line.stream === stream).map(({ line, requestId }) => [line, requestId])
    expect(of('stdout')).toEqual([
      ['loading', undefined],
      ...[first, second].flatMap(id => [
        ['one', id],
        ['two', id],
        ['half', id],
      ]),
    ])
    expect(of('stderr')).toEqual([
      ['bad', first],
      ['bad', second],
    ])
  })

  it('yields null for undefined, and fails for what is not JSON', async () => {
    const { pool } = await deploy('export const handler = async ({ big }) => big ? { n: 1n } : undefined')
    expect(await pool.invoke({})).toEqual(returned(null))
    expect(await pool.invoke({ big: true })).toEqual({
      kind: 'failed',
      errorType: 'Error',
      errorMessage: 'Unable to stringify response body',
    })
  })

  it('fails with Function.ResponseSizeTooLarge beyond 6 MB, not at it', async () => {
    const { pool } = await deploy('export const handler = async ({ length }) => "x".repeat(length)')
    expect(await pool.invoke({ length: 6_291_556 - 2 })).toMatchObject({ kind: 'returned' })
    expect(await pool.invoke({ length: 6_291_556 - 1 })).toEqual({
      kind: 'failed',
      errorType: 'Function.ResponseSizeTooLarge',
      errorMessage: 'Response payload size exceeded maximum allowed payload size (6291556 bytes).',
    })
  })

  it('reports what it throws by name and message, and serves on', async () => {
    const { pool } = await deploy(`export const handler = async ({ text }) => {
      if (text) throw text
      throw new TypeError('no') }`)
    expect(await pool.invoke({})).toEqual({ kind: 'failed', errorType: 'TypeError', errorMessage: 'no' })
    expect(await pool.invoke({ text: 'Unauthorized' })).toEqual({
      kind: 'failed',
      errorType: 'string',
      errorMessage: 'Unauthorized',
    })
    expect(pool.stats()).toEqual({ instances: 1, coldStarts: 1, invocations: 2 })
  })
})

describe('instances', () => {
  it('are reused one request at a time, the most recently used first', async () => {
    const { pool } = await deploy(`export const handler = async ({ wait }) => {
      await new Promise(done => setTimeout(done, wait ?? 0)); return process.pid }`)
    const [slow, fast] = await Promise.all([pool.invoke({ wait: 200 }), pool.invoke({})])
    expect(slow).not.toEqual(fast)
    expect(await pool.invoke({})).toEqual(slow)
    expect(pool.stats()).toEqual({ instances: 2, coldStarts: 2, invocations: 3 })
  })

  it('are never more than allowed: the next request is throttled', async () => {
    const { pool } = await deploy('export const handler = async () => 1', { maxInstances: 2 })
    const results = await Promise.all([pool.invoke({}), pool.invoke({}), pool.invoke({})])
    expect(results).toEqual([returned(1), returned(1), { kind: 'throttled' }])
  })

  it('are killed when they time out, and replaced by the next request', async () => {
    const { pool, lines } = await deploy(
      `export const handler = async ({ hang }) => { console.log(process.pid); if (hang) for (;;); return 'ok' }`,
      { timeoutMs: 300 },
    )
    expect(await pool.invoke({ hang: true })).toEqual({ kind: 'timed-out' })
    expect(isAlive(Number(lines[0]?.line))).toBe(false)
    expect(pool.stats().instances).toBe(0)
    expect(await pool.invoke({})).toEqual(returned('ok'))
    expect(pool.stats().coldStarts).toBe(2)
  })

  it.each([
    ['exit', 'process.exit(3)', 'exit status 3'],
    ['are killed', "process.kill(process.pid, 'SIGKILL')", 'signal: SIGKILL'],
  ])(
    'that %s during a request fail it with Runtime.ExitError and are replaced',
    async (_how, end, reason) => {
      const { pool, lines } = await deploy(`export const handler = async event => {
      if (event.end) { console.log('before'); ${end}; await new Promise(() => {}) }
      return 'ok' }`)
      expect(await pool.invoke({ end: true })).toMatchObject({
        kind: 'failed',
        errorType: 'Runtime.ExitError',
        errorMessage: expect.stringContaining(reason),
      })
      expect(lines.map(({ line }) => line)).toEqual(['before'])
      expect(await pool.invoke({})).toEqual(returned('ok'))
    },
  )

  it.each([
    [
      'an exception outside the handler',
      "setTimeout(() => { throw new RangeError('late') })",
      'RangeError',
      'late',
    ],
    [
      'a rejection nobody handles',
      "Promise.reject(new Error('lost'))",
      'Runtime.UnhandledPromiseRejection',
      'lost',
    ],
  ])('with %s fail the request and are replaced', async (_what, statement, errorType, errorMessage) => {
    const { pool } = await deploy(`export const handler = async ({ fail }) => {
      if (fail) { ${statement}; await new Promise(() => {}) }
      return 'ok' }`)
    expect(await pool.invoke({ fail: true })).toEqual({ kind: 'failed', errorType, errorMessage })
    expect(await pool.invoke({})).toEqual(returned('ok'))
    expect(pool.stats().coldStarts).toBe(2)
  })

  it.each([
    ['imports a missing package', "import 'not-there'", 'Runtime.ImportModuleError'],
    ['has a syntax error', 'export const handler = (', 'Runtime.UserCodeSyntaxError'],
    ['lacks the handler', 'export const other = async () => 1', 'Runtime.HandlerNotFound'],
    [
      'takes a callback',
      'export const handler = (e, c, cb) => cb(null)',
      'Runtime.CallbackHandlerDeprecated',
    ],
    ['throws while loading', "throw new RangeError('config')", 'RangeError'],
    ['exits while loading', 'process.exit(1)', 'Runtime.ExitError'],
  ])('that cannot start because the code %s fail each request anew', async (_what, source, errorType) => {
    const { pool } = await deploy(source)
    expect(await pool.invoke({})).toMatchObject({ kind: 'failed', errorType })
    expect(await pool.invoke({})).toMatchObject({ kind: 'failed', errorType })
    expect(pool.stats()).toEqual({ instances: 0, coldStarts: 2, invocations: 2 })
  })

  it('end with their request also while a process they started holds their output', async () => {
    const { pool } = await deploy(`import { spawn } from 'node:child_process'
      export const handler = async () => {
        const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 3000)'], { stdio: 'inherit' })
        await new Promise(done => child.once('spawn', done))
        process.exit(1) }`)
    expect(await pool.invoke({})).toMatchObject({ kind: 'failed', errorType: 'Runtime.ExitError' })
  })

  it('fail the request when the node binary does not exist', async () => {
    const { pool } = await deploy('', { nodePath: '/nowhere/node' })
    expect(await pool.invoke({})).toMatchObject({
      kind: 'failed',
      errorType: 'Runtime.ExitError',
      errorMessage: expect.stringContaining('ENOENT'),
    })
  })

  it('are gone after close, also those with a request under way', async () => {
    const { pool, lines } = await deploy(`console.log(process.pid); export const handler = async ({ hang }) =>
      hang ? new Promise(() => setInterval(() => {}, 1000)) : 1`)
    await pool.invoke({})
    const pending = pool.invoke({ hang: true })
    await pool.close()
    expect(await pending).toMatchObject({ kind: 'failed', errorType: 'Runtime.ExitError' })
    expect(isAlive(Number(lines[0]?.line))).toBe(false)
    await expect(pool.invoke({})).rejects.toThrow('function gate is closed')
  })
})
