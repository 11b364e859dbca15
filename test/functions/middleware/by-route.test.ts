import { byRoute, type DeclaredRoute } from 'sallyport/middleware'
import { expect, test } from 'vitest'

type Route =
  | DeclaredRoute<'GET /a', { route: 'GET /a' }, string>
  | DeclaredRoute<'GET /b', { route: 'GET /b' }, string>
const handler = byRoute<Route>({ 'GET /a': () => 'a', 'GET /b': async () => 'b' })
const call = (route: string) => handler({ route } as { route: 'GET /a' }, {} as Parameters<typeof handler>[1])

test('each route has the handler of its name', async () => {
  expect([await call('GET /a'), await call('GET /b')]).toEqual(['a', 'b'])
})

test.each(['GET /c', 'constructor', '__proto__'])(
  'a route without a handler of its own is a failure: %s',
  async route => {
    await expect(call(route)).rejects.toThrow('no handler for this route')
  },
)
