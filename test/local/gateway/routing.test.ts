import { describe, expect, it } from 'vitest'
import { documentWith, GATE, operation, startApi, uriOf } from './support.ts'

const any = 'x-amazon-apigateway-any-method'
const paths = {
  '/': { get: operation() },
  '/test': { get: operation() },
  '/test/{id}': { get: operation() },
  '/part1/fixed': { get: operation() },
  '/{proxy+}': { get: operation(), options: operation() },
  '/files/{path+}': { [any]: operation() },
}

describe('routing (platform-facts §5.1)', () => {
  it.each([
    ['GET', '/', '/', null],
    ['GET', '/test', '/test', null],
    ['GET', '/test/1', '/test/{id}', { id: '1' }],
    ['GET', '/part1/fixed', '/part1/fixed', null],
    ['GET', '/other', '/{proxy+}', { proxy: 'other' }],
    ['PUT', '/files/a/b', '/files/{path+}', { path: 'a/b' }],
  ])(
    'prefers literals over parameters over greedy parameters: %s %s is %s',
    async (method, path, resource, parameters) => {
      const cloud = await startApi({ body: documentWith(paths) })
      expect((await cloud.ask(path, { method })).status).toBe(200)
      expect(cloud.gateEvent()).toMatchObject({ resource, pathParameters: parameters, httpMethod: method })
    },
  )

  it('falls to the greedy sibling when the literal resource lacks the method', async () => {
    const cloud = await startApi({ body: documentWith(paths) })
    await cloud.ask('/test', { method: 'OPTIONS' })
    expect(cloud.gateEvent()).toMatchObject({ resource: '/{proxy+}', pathParameters: { proxy: 'test' } })
  })

  it('goes back to the root for a path that leaves a literal branch', async () => {
    const cloud = await startApi({ body: documentWith(paths) })
    await cloud.ask('/part1/random')
    expect(cloud.gateEvent()).toMatchObject({
      resource: '/{proxy+}',
      pathParameters: { proxy: 'part1/random' },
    })
  })

  it('prefers a declared method over ANY of the same resource', async () => {
    const other = `${GATE}-get`
    const uri = uriOf(other)
    const cloud = await startApi({
      body: documentWith({ '/a': { [any]: operation(), get: operation({}, { uri }) } }),
    })
    await cloud.ask('/a')
    await cloud.ask('/a', { method: 'POST' })
    expect(cloud.calls.map(call => call.functionArn)).toEqual([other, GATE])
  })

  it.each([
    ['an unknown path', 'GET', '/nothing'],
    ['a known path with another method', 'POST', '/deals'],
    ['HEAD where only GET is declared', 'HEAD', '/deals'],
    ['an empty parameter', 'GET', '/deals//'],
    ['a literal in another case', 'GET', '/Deals'],
    ['a percent-encoded literal', 'GET', '/de%61ls'],
  ])('answers %s with 403 Missing Authentication Token and calls nothing', async (_case, method, path) => {
    const cloud = await startApi({
      body: documentWith({ '/deals': { get: operation() }, '/deals/{id}': { get: operation() } }),
    })
    const answer = await cloud.ask(path, { method })
    expect(answer.status).toBe(403)
    expect(answer.headers['x-amzn-errortype']).toBe('MissingAuthenticationTokenException')
    expect(answer.body).toBe(method === 'HEAD' ? '' : '{"message":"Missing Authentication Token"}')
    expect(cloud.calls).toEqual([])
  })

  it('ignores a trailing slash for the route and the parameters, and keeps it in the path', async () => {
    const cloud = await startApi({ body: documentWith(paths) })
    await cloud.ask('/test/1/')
    expect(cloud.gateEvent()).toMatchObject({
      resource: '/test/{id}',
      path: '/test/1/',
      pathParameters: { id: '1' },
    })
  })

  it('collapses leading slashes, except in requestContext.path', async () => {
    const cloud = await startApi({ body: documentWith(paths) })
    await cloud.ask('//test')
    const event = cloud.gateEvent()
    expect(event).toMatchObject({ resource: '/test', path: '/test' })
    expect(event.requestContext.path).toBe('/prod//test')
  })

  it('keeps inner double slashes inside a greedy parameter', async () => {
    const cloud = await startApi({ body: documentWith(paths) })
    await cloud.ask('/files/a//b')
    expect(cloud.gateEvent().pathParameters).toEqual({ path: 'a//b' })
  })

  it('keeps percent-encoding in path and path parameters', async () => {
    const cloud = await startApi({ body: documentWith(paths) })
    await cloud.ask('/test/test%2Balias@gmail.com%2Fx')
    expect(cloud.gateEvent()).toMatchObject({
      path: '/test/test%2Balias@gmail.com%2Fx',
      pathParameters: { id: 'test%2Balias@gmail.com%2Fx' },
    })
  })

  it('obeys X-HTTP-Method-Override before it routes', async () => {
    const cloud = await startApi({ body: documentWith({ '/a': { delete: operation() } }) })
    const answer = await cloud.ask('/a', { method: 'GET', headers: ['X-HTTP-Method-Override', 'DELETE'] })
    expect(answer.status).toBe(200)
    expect(cloud.gateEvent()).toMatchObject({
      httpMethod: 'DELETE',
      requestContext: { httpMethod: 'DELETE' },
    })
  })

  it('does not let an override reach ANY with a method that a REST API does not know', async () => {
    const cloud = await startApi({ body: documentWith({ '/a': { [any]: operation() } }) })
    const answer = await cloud.ask('/a', { headers: ['X-HTTP-Method-Override', 'TRACE'] })
    expect(answer.status).toBe(403)
  })

  it('routes the absolute form of a target by its path (RFC 9112 §3.2.2)', async () => {
    const cloud = await startApi({ body: documentWith(paths) })
    const answer = await cloud.askRaw(
      'GET http://elsewhere/test HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
    )
    expect(answer).toMatch(/^HTTP\/1\.1 200 /)
    expect(cloud.gateEvent().resource).toBe('/test')
  })
})
