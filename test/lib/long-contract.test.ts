import { Stack } from 'aws-cdk-lib'
import { Access, Output, Upstream } from 'sallyport'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { artifactsOf, login, newApi } from './support.ts'

const most = 250_000

/** The contract of so many routes with a schema, and of one whose only reason has so many characters. */
function contractOf(routes: number, reason: number) {
  const api = newApi({ issuers: [login] })
  const upstream = api.addUpstream('Crm', Upstream.http('https://crm.example.com'))
  const text = z.string().max(200)
  const input = { query: { from: text, page: z.int().max(9).optional() } }
  const access = Access.token({ scopes: ['deals'] })
  for (let i = 0; i < routes; i += 1) {
    api.addRoute(`GET /${i}`, {
      upstream,
      access,
      input,
      output: { 200: z.object({ a: text, b: text, c: text }) },
    })
  }
  api.addRoute('GET /unsafe', { upstream, access, output: Output.unsafeAny('x'.repeat(reason)) })
  const contract: Record<string, string> = artifactsOf(Stack.of(api)).template.toJSON().Metadata
  return {
    contract,
    // Without the name of the API before each.
    characters: Object.entries(contract).reduce(
      (sum, [about, said]) => sum + about.length - 'Api '.length + said.length,
      0,
    ),
  }
}

const query = '{from: string maxLength 200, page?: integer maximum 9}'
const output = '{a: string maxLength 200, b: string maxLength 200, c: string maxLength 200}'

describe('the contract of many routes', () => {
  it('says schemas in words as long as all of it is short enough, and the long ones by a digest one character later', () => {
    const spare = most - contractOf(20, 1).characters
    const whole = contractOf(20, 1 + spare)
    expect(whole.characters).toBe(most)
    expect(whole.contract).toMatchObject({ 'Api GET /0 query': query, 'Api GET /0 output 200': output })
    const { contract } = contractOf(20, 2 + spare)
    expect(contract).toMatchObject({
      'Api GET /0 access': 'scope deals',
      'Api GET /0 query': query,
      'Api GET /0 output 200': expect.stringMatching(/^a, b, c #[0-9a-f]{12}$/),
    })
  })

  it('says each route in one line once digests are too long as well: what is unsafe in words, schemas by one digest', () => {
    const tooLong = 2 + most - contractOf(20, 1).characters
    const longest = tooLong + most - contractOf(20, tooLong).characters
    const digested = contractOf(20, longest)
    expect(digested.characters).toBe(most)
    expect(digested.contract).toHaveProperty(['Api GET /0 query'])
    const { contract } = contractOf(20, longest + 1)
    expect(contract).not.toHaveProperty(['Api GET /0 query'])
    expect(contract['Api GET /0']).toMatch(/^scope deals; Crm; #[0-9a-f]{12}$/)
    expect(contract['Api GET /unsafe']).toMatch(/^scope deals; Crm; unsafe, anything: x+; #[0-9a-f]{12}$/)
  })
})
