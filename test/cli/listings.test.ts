import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { appOf, createProject, nothingIsLeft, type Project, removeProjects, sallyport } from './support.ts'

afterAll(removeProjects)

const routes = `
const crm = api.addUpstream('Crm', Upstream.http('https://crm.internal.example.com'))
api.addRoute('GET /health', { upstream: ok, access: Access.public() })
api.addRoute('POST /deals/{dealId}', {
  upstream: crm,
  output,
  access: Access.token({ scopes: ['deals:write'], roles: ['sales', 'lead'] }),
  limits: { user: [Limit.perMinute(60), Limit.perHour(600, { burst: 100 })], ip: Limit.perSecond(20), unsafeOpenWithoutStore: 'cheap' },
  cost: 2,
  input: {
    path: { dealId: { type: 'string', format: 'uuid' } },
    query: { notify: { type: 'boolean' } },
    body: { type: 'object', properties: { title: { type: 'string' } }, required: ['title'] },
  },
})`

describe.concurrent('of a synthesized app', () => {
  let project: Project
  beforeAll(() => {
    project = createProject(appOf(routes))
  })
  afterAll(async () => {
    await nothingIsLeft(project)
  })

  it('sallyport routes shows each route to a person', async () => {
    const { code, out, err } = await sallyport(project, 'routes')
    expect([code, err]).toEqual([0, ''])
    expect(out).not.toMatch(/ $/m)
    const lines = out.split('\n').map(line => line.replace(/ {2,}/g, ' | '))
    expect(lines).toEqual([
      'METHOD | PATH | ACCESS | LIMIT | INPUT | UPSTREAM',
      'POST | /deals/{dealId} | scope deals:write | 20 per second per address | path dealId | crm.internal.example.com',
      ' | role sales or lead | 60 per minute and 600 per hour (100 at once) per | query notify',
      ' | user | body title',
      ' | counts as 2',
      ' | unsafe, open without store: cheap',
      'GET | /health | public | stub',
      '',
    ])
  })

  it('sallyport routes --json lists each route to a program', async () => {
    const { code, out } = await sallyport(project, 'routes', '--json')
    expect(code).toBe(0)
    expect(JSON.parse(out)).toEqual([
      {
        method: 'POST',
        path: '/deals/{dealId}',
        access: 'scope deals:write, role sales or lead',
        limits: ['20 per second per address', '60 per minute and 600 per hour (100 at once) per user'],
        cost: 2,
        without: {},
        openWithoutStore: 'cheap',
        upstream: 'https://crm.internal.example.com',
        inputs: { path: ['dealId'], query: ['notify'], headers: [], cookies: [], body: ['title'] },
      },
      {
        method: 'GET',
        path: '/health',
        access: 'public',
        limits: [],
        cost: 1,
        without: {},
        openWithoutStore: null,
        upstream: 'stub',
        inputs: { path: [], query: [], headers: [], cookies: [], body: [] },
      },
    ])
  })

  it('sallyport openapi prints a document for client developers, without names of what stands behind', async () => {
    const { code, out, err } = await sallyport(project, 'openapi')
    expect([code, err]).toEqual([0, ''])
    expect(out).not.toMatch(/x-amazon|arn:|crm|internal|login\.example/i)
    const document = JSON.parse(out)
    expect(Object.keys(document)).toEqual(['openapi', 'info', 'paths', 'components'])
    expect(document).toMatchObject({
      openapi: '3.1.0',
      info: { title: 'Api', version: expect.any(String) },
      paths: {
        '/health': { get: { security: [], responses: { default: expect.anything() } } },
        '/deals/{dealId}': {
          post: {
            operationId: 'postDealsByDealId',
            security: [{ token: [] }],
            parameters: [
              { in: 'path', name: 'dealId', required: true, schema: { type: 'string', format: 'uuid' } },
              { in: 'query', name: 'notify', required: true, schema: { type: 'boolean' } },
            ],
            requestBody: {
              required: true,
              content: { 'application/json': { schema: { required: ['title'] } } },
            },
          },
        },
      },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    })
  })
})

describe('of an app with resources that the local cloud cannot run', () => {
  it('routes and openapi are printed, as nothing is run', async () => {
    const project = createProject(
      `import { Queue } from 'aws-cdk-lib/aws-sqs'\nimport { CfnParameter } from 'aws-cdk-lib'\n${appOf(
        `${routes}\nnew Queue(stack, 'Jobs')\nnew CfnParameter(stack, 'Size')`,
      )}`,
    )
    const listed = await sallyport(project, 'routes')
    expect([listed.code, listed.err]).toEqual([0, ''])
    expect(listed.out).toContain('/deals/{dealId}')
    const document = await sallyport(project, 'openapi')
    expect([document.code, document.err]).toEqual([0, ''])
    expect(Object.keys(JSON.parse(document.out).paths)).toEqual(['/deals/{dealId}', '/health'])
    await nothingIsLeft(project)
  })
})
