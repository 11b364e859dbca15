import { join } from 'node:path'
import { Stack } from 'aws-cdk-lib'
import { Code, Function as LambdaFunction, LayerVersion, Runtime } from 'aws-cdk-lib/aws-lambda'
import { Access, Upstream, ZeroTrustApi } from 'sallyport'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startCloud } from '../../local/cloud.ts'
import { readApp } from '../../local/template/app.ts'
import { anyOutput, ok } from '../lib/support.ts'
import { bundleFunction } from '../support/orders/bundle.ts'
import { createOrder } from '../support/orders/routes.ts'
import { type Assemblies, createAssemblies, idsOf, stackName, type Template } from './assemblies.ts'
import { folderWith as folderIn } from './folders.ts'

// By `require` and by its own name, as a function's code finds what its layers hold.
const code = `
exports.handler = async () => {
  const found = ['one', 'two', 'own', 'shared'].map(name => { try { return require(name) } catch { return null } })
  return { statusCode: 200, body: JSON.stringify(found) }
}`

let assemblies: Assemblies
beforeAll(() => {
  assemblies = createAssemblies()
})
afterAll(() => assemblies.remove())

const folderWith = (files: Readonly<Record<string, string>>) => folderIn(assemblies.folder, files)
const says = (word: string) => `module.exports = ${JSON.stringify(word)}`

/** An app whose function has these layers. */
const withLayers = (layers: ReadonlyArray<Readonly<Record<string, string>>>) =>
  assemblies.synthesize(stack => {
    const fn = new LambdaFunction(stack, 'Fn', {
      runtime: Runtime.NODEJS_24_X,
      handler: 'index.handler',
      code: Code.fromAsset(
        folderWith({ 'index.js': code, 'node_modules/own/index.js': says('the function’s own') }),
      ),
      layers: layers.map(
        (files, i) =>
          new LayerVersion(stack, `Layer${i}`, { code: Code.fromAsset(folderWith(files)), description: 'a' }),
      ),
    })
    const api = new ZeroTrustApi(stack, 'Api')
    api.addRoute('GET /', { upstream: Upstream.lambda(fn), access: Access.public(), output: anyOutput })
  })

async function foundBy(assembly: string): Promise<unknown> {
  const cloud = await startCloud({ assembly })
  try {
    return await (await fetch(`${cloud.url}/`)).json()
  } finally {
    await cloud.close()
  }
}

const inLayer = (name: string) => `nodejs/node_modules/${name}/index.js`

describe('a function with layers', () => {
  it('finds their packages behind its own', async () => {
    const one = { [inLayer('one')]: says('one'), [inLayer('own')]: says('the layer’s') }
    expect(await foundBy(withLayers([one]))).toEqual(['one', null, 'the function’s own', null])
  })

  it('finds those for its Node.js before others, and of one file in two layers the later', async () => {
    const first = { [inLayer('shared')]: says('first'), [inLayer('one')]: says('for any') }
    const second = {
      [inLayer('shared')]: says('second'),
      'nodejs/node24/node_modules/one/index.js': says('for 24'),
    }
    expect(await foundBy(withLayers([first, second]))).toEqual([
      'for 24',
      null,
      'the function’s own',
      'second',
    ])
    expect(await foundBy(withLayers([second, first]))).toEqual([
      'for 24',
      null,
      'the function’s own',
      'first',
    ])
  })

  it('of another stack than its API has its door too', async () => {
    await bundleFunction(join(assemblies.folder, 'orders'), 'esm')
    const assembly = assemblies.synthesize((stack, app) => {
      const api = new ZeroTrustApi(stack, 'Api')
      const fn = new LambdaFunction(new Stack(app, 'Functions'), 'Orders', {
        runtime: Runtime.NODEJS_24_X,
        handler: 'index.handler',
        code: Code.fromAsset(join(assemblies.folder, 'orders')),
      })
      api.addRoute(createOrder, { upstream: Upstream.direct(fn) })
      api.addRoute('GET /', { upstream: ok, access: Access.public() })
    })
    const cloud = await startCloud({ assembly })
    try {
      const send = (title: unknown) =>
        fetch(`${cloud.url}/orders`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ title }),
        })
      expect([(await send('a')).status, (await send(7)).status]).toEqual([201, 400])
    } finally {
      await cloud.close()
    }
  })
})

describe('a layer that is not run here', () => {
  const usual = () => withLayers([{ [inLayer('one')]: says('one') }])
  const changed = (change: (template: Template, ids: { fn: string; layer: string }) => void) =>
    assemblies.patch(usual(), stackName, template => {
      const [layer = ''] = idsOf(template, 'AWS::Lambda::LayerVersion')
      const fn =
        idsOf(template, 'AWS::Lambda::Function').find(id => template.Resources[id]?.Properties?.Layers) ?? ''
      change(template, { fn, layer })
    })
  const properties = ({ Resources }: Template, id: string) => Resources[id]?.Properties ?? {}

  it.each<[string, () => string, RegExp]>([
    [
      'holds something else than packages',
      () => withLayers([{ [inLayer('one')]: says('one'), 'bin/tool': '' }]),
      /^Small\.Layer\w+: the layer holds bin, which would lie in \/opt/,
    ],
    [
      'is of another account',
      () =>
        changed((template, { fn }) => {
          properties(template, fn).Layers = ['arn:aws:lambda:eu-west-1:999999999999:layer:theirs:3']
        }),
      /^Small\.\w+\.Layers: arn:aws:lambda:eu-west-1:999999999999:layer:theirs:3 is no layer of this app/,
    ],
    [
      'comes from a bucket',
      () =>
        changed((template, { layer }) => {
          properties(template, layer).Content = { S3Bucket: 'theirs', S3Key: 'layer.zip' }
        }),
      /^Small\.Layer\w+: the layer is not made from a folder of this app/,
    ],
    [
      'is the sixth',
      () =>
        changed((template, { fn, layer }) => {
          properties(template, fn).Layers = Array.from({ length: 6 }, () => ({ Ref: layer }))
        }),
      /^Small\.\w+\.Layers: 6 layers; Lambda takes 5 at the most/,
    ],
  ])('stops the start, with a reason, when it %s', (_, assembly, message) => {
    expect(() => readApp(assembly())).toThrow(message)
  })

  it('stops the start where the function says itself where packages of layers are', async () => {
    const assembly = changed((template, { fn }) => {
      properties(template, fn).Environment = { Variables: { NODE_PATH: '/opt/nodejs/node_modules' } }
    })
    await expect(startCloud({ assembly })).rejects.toThrow(/environment variable NODE_PATH/)
  })

  it('is run as the fifth', () => {
    const assembly = changed((template, { fn, layer }) => {
      properties(template, fn).Layers = Array.from({ length: 5 }, () => ({ Ref: layer }))
    })
    expect(readApp(assembly).functions.find(({ layers }) => layers.length > 0)?.layers).toHaveLength(5)
  })
})
