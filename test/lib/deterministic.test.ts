import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Access, Limit, Output, Upstream, type ZeroTrustApi } from 'sallyport'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { login, synthesized } from './support.ts'

type Declaration = (api: ZeroTrustApi) => unknown

/** In-place upstreams, stubs, limits: everything that makes something as routes are added. */
const declarations: readonly Declaration[] = [
  api => api.addRoute('GET /health', { upstream: Upstream.stub(200, { ok: true }), access: Access.public() }),
  api =>
    api.addRoute('GET /deals/{dealId}', {
      upstream: Upstream.http('https://crm.example.com'),
      output: {
        200: z.object({ title: z.string(), margin: z.number() }),
        404: Output.empty({ headers: ['retry-after'] }),
      },
      access: Access.token({ scopes: ['deals:read'] }),
      input: { path: { dealId: z.uuid() } },
    }),
  api =>
    api.addRoute('POST /deals', {
      upstream: Upstream.http('https://billing.example.com'),
      output: {
        201: Output.json(z.object({ id: z.uuid(), margin: z.number(), cost: z.number() }), {
          visibleTo: { '/margin': { roles: ['manager'] }, '/cost': { scopes: ['costs:read'] } },
        }),
      },
      access: Access.token({ roles: ['sales'] }),
      limits: { user: Limit.perSecond(1) },
      input: { body: z.object({ title: z.string() }) },
    }),
  api => {
    const closed = api.addUpstream('Closed', Upstream.stub(410, null))
    return api.addRoute('GET /closed', { upstream: closed, access: Access.token() })
  },
]

function assemblyOf(
  declared: readonly Declaration[],
  props = { issuers: [login], limits: { user: Limit.perHour(9) } },
) {
  const { outdir } = synthesized(api => declared.map(declare => declare(api)), props)
  const text = (name: string) => readFileSync(join(outdir, name), 'utf8')
  const assets = readdirSync(outdir)
    .filter(name => name.startsWith('asset.'))
    .sort()
  const publicDocument = readdirSync(outdir).find(name => name.endsWith('.openapi.json')) as string
  return { template: text('S.template.json'), assets, publicDocument: text(publicDocument) }
}

describe('synthesis', () => {
  it('of the same declarations gives the same bytes', () => {
    expect(assemblyOf(declarations)).toEqual(assemblyOf(declarations))
  })

  it('of the same declarations in another order gives the same resources, code and documents', () => {
    const { template, ...rest } = assemblyOf(declarations)
    const { template: reversed, ...reversedRest } = assemblyOf([...declarations].reverse())
    // Resources stand in the order of their constructs, which means nothing to CloudFormation.
    expect(JSON.parse(reversed)).toEqual(JSON.parse(template))
    expect(reversedRest).toEqual(rest)
  })

  it('gives a function other code as soon as its policy differs, and only that function', () => {
    const all = assemblyOf(declarations).assets
    const fewer = assemblyOf(declarations.slice(0, 3)).assets
    const longer = assemblyOf(declarations, { issuers: [login], limits: { user: Limit.perHour(10) } }).assets
    expect(all).toHaveLength(5)
    // The first door's, which knows every route, and that of the gate which is gone.
    expect(all.filter(asset => !fewer.includes(asset))).toHaveLength(2)
    // Those of the two gates with the API's limit.
    expect(all.filter(asset => !longer.includes(asset))).toHaveLength(2)
  })

  it('deploys the API anew when the document changes, and not when it does not', () => {
    const deploymentOf = (declared: readonly Declaration[]) =>
      Object.entries(JSON.parse(assemblyOf(declared).template).Resources)
        .filter(([, resource]) => (resource as { Type: string }).Type === 'AWS::ApiGateway::Deployment')
        .map(([id]) => id)
    expect(deploymentOf(declarations)).toHaveLength(1)
    expect(deploymentOf(declarations)).toEqual(deploymentOf([...declarations].reverse()))
    expect(deploymentOf(declarations)).not.toEqual(deploymentOf(declarations.slice(1)))
  })
})

describe('what is declared but serves nothing', () => {
  it('is refused at synth: an API without routes', () => {
    expect(() => assemblyOf([])).toThrow(/S\/Api declares no route: add one with addRoute/)
  })

  it('is refused at synth: an upstream that no route uses', () => {
    const idle: Declaration = api => api.addUpstream('Idle', Upstream.http('https://idle.example.com'))
    expect(() => assemblyOf([...declarations, idle])).toThrow(
      /S\/Api\/Idle has no route: use it in addRoute, or remove it/,
    )
  })
})
