import { Duration } from 'aws-cdk-lib'
import { Access, Breaker, type HttpUpstreamOptions, Upstream } from 'sallyport'
import { describe, expect, it } from 'vitest'
import { refuses, untyped } from './refusals.ts'
import { anyOutput, synthesized } from './support.ts'

const http = (options: object) =>
  Upstream.http('https://a.example.com', untyped<HttpUpstreamOptions>(options))

function compiled(options?: HttpUpstreamOptions) {
  const { gate, template } = synthesized(api => {
    const crm = api.addUpstream('Crm', Upstream.http('https://crm.example.com', options))
    api.addRoute('GET /a', { upstream: crm, output: anyOutput, access: Access.token() })
  })
  const { upstream } = gate('Crm').manifest
  if (upstream.kind !== 'http') throw new Error('not over HTTP')
  const contract = template.toJSON().Metadata as Record<string, string>
  return { manifest: upstream.resilience, said: contract['Api upstream Crm resilience'] }
}

describe('what is done about an upstream that fails', () => {
  it('is one retry, a breaker and a bound where nothing is declared', () => {
    expect(compiled()).toEqual({
      manifest: { retries: 1, breaker: { failures: 5, of: 10, openForMs: 10_000 }, maxConcurrent: 50 },
      said: 'retries 1; breaker 5 failures of 10, then alone for 10 s; 50 at once',
    })
  })

  it('is what is declared, up to the bounds', () => {
    const breaker = Breaker.after({ failures: 100, openFor: Duration.minutes(5) })
    expect(compiled({ retries: 2, breaker, maxConcurrent: 1000 })).toEqual({
      manifest: { retries: 2, breaker: { failures: 100, of: 100, openForMs: 300_000 }, maxConcurrent: 1000 },
      said: 'retries 2; breaker 100 failures of 100, then alone for 300 s; 1000 at once',
    })
  })

  it('is what is declared, down to the bounds', () => {
    const breaker = Breaker.after({ failures: 1, of: 1, openFor: Duration.seconds(1) })
    expect(compiled({ retries: 0, breaker, maxConcurrent: 1 })).toEqual({
      manifest: { retries: 0, breaker: { failures: 1, of: 1, openForMs: 1000 }, maxConcurrent: 1 },
      said: 'retries 0; breaker 1 failures of 1, then alone for 1 s; 1 at once',
    })
  })

  it('looks at twice as many outcomes as failures, unless it says how many', () => {
    expect(compiled({ breaker: Breaker.after({ failures: 3 }) }).manifest.breaker).toMatchObject({ of: 6 })
  })

  it('is no breaker only for a reason, which cdk diff shows', () => {
    const { manifest, said } = compiled({ breaker: Breaker.unsafeNone('its mesh has one') })
    expect(manifest.breaker).toBeNull()
    expect(said).toBe('retries 1; breaker unsafe, none: its mesh has one; 50 at once')
  })
})

const whole = (when: string, options: object, at: string, given: string, range: string, fix: string) => ({
  when,
  declare: () => http(options),
  at,
  given,
  allowed: `a whole number from ${range}`,
  fix,
})
const inBreaker = (options: object) => () => Breaker.after(untyped(options))
const bounds = { allowed: 'a whole number from 1 to 100', fix: 'for example failures: 5, of: 10' }
const moreRetries = 'more would only make an outage worse; 0 sends nothing twice'
const bound = 'state how many requests one instance may send at once'

refuses([
  whole('three retries', { retries: 3 }, 'Upstream.http retries', '3', '0 to 2', moreRetries),
  whole('fewer than none', { retries: -1 }, 'Upstream.http retries', '-1', '0 to 2', moreRetries),
  whole('half a retry', { retries: 0.5 }, 'Upstream.http retries', '0.5', '0 to 2', moreRetries),
  whole('a flag as retries', { retries: true }, 'Upstream.http retries', 'true', '0 to 2', moreRetries),
  whole('none at once', { maxConcurrent: 0 }, 'Upstream.http maxConcurrent', '0', '1 to 1000', bound),
  whole('1001 at once', { maxConcurrent: 1001 }, 'Upstream.http maxConcurrent', '1001', '1 to 1000', bound),
  ...[null, false, { failures: 5, of: 10 }].map(breaker => ({
    when: `a breaker that is ${JSON.stringify(breaker)}`,
    declare: () => http({ breaker }),
    at: 'Upstream.http breaker',
    given: breaker === null ? 'null' : breaker ? 'an object' : 'false',
    allowed: 'Breaker.after(…), or Breaker.unsafeNone(reason)',
    fix: 'write Breaker.after({ failures: 5, of: 10, openFor: Duration.seconds(10) })',
  })),
  {
    when: 'an unknown option of a breaker',
    declare: inBreaker({ failure: 5 }),
    at: 'Breaker.after',
    given: 'unknown option "failure"',
    allowed: 'failures, of, openFor',
    fix: 'remove "failure", or spell it as one of the above',
  },
  {
    when: 'no failures',
    declare: inBreaker({ failures: 0 }),
    at: 'Breaker.after failures',
    given: '0',
    ...bounds,
  },
  { when: '101 outcomes', declare: inBreaker({ of: 101 }), at: 'Breaker.after of', given: '101', ...bounds },
  {
    when: 'more failures than outcomes',
    declare: inBreaker({ failures: 6, of: 5 }),
    at: 'Breaker.after',
    given: '6 failures of 5 outcomes',
    allowed: 'as many outcomes as failures, or more',
    fix: 'it would never open: state a higher of',
  },
  ...[Duration.millis(999), Duration.millis(1500), Duration.seconds(301)].map(openFor => ({
    when: `a breaker that is open for ${openFor.toMilliseconds()} ms`,
    declare: inBreaker({ openFor }),
    at: 'Breaker.after openFor',
    given: `${openFor.toMilliseconds() / 1000} seconds`,
    allowed: 'a Duration from 1 second to 5 minutes, in whole seconds',
    fix: 'state how long an upstream that fails is left alone before it is asked again',
  })),
  {
    when: 'no breaker for no reason',
    declare: () => Breaker.unsafeNone(untyped('')),
    at: 'Breaker.unsafeNone',
    given: '""',
    allowed: 'a non-empty string',
    fix: "say why: Breaker.unsafeNone('its own load balancer has one')",
  },
])
