import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type GateManifest, type GateRoute, readGateManifest } from '../../../contract/gate-manifest.ts'
import { readRule } from '../../../contract/rule.ts'
import { RuleError } from '../../../contract/rule-words.ts'
import { ticketContext } from '../../../contract/ticket.ts'
import { readRules } from '../../../functions/gate/read-rules.ts'
import { openDoorInside } from '../../../functions/middleware/door.ts'
import { silentTelemetry } from '../silent-telemetry.ts'
import { assembleGate, eventOf, manifest, nowMs, openValidators, ticket } from './parts.ts'

const key = 'PUT /users/{userId}'

// RFC 8705, Appendix A: a certificate, and its thumbprint as a token names it.
const thumbprint = 'A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0'
const lines = [
  'MIIBBjCBrAIBAjAKBggqhkjOPQQDAjAPMQ0wCwYDVQQDDARtdGxzMB4XDTE4MTAx',
  'ODEyMzcwOVoXDTIyMDUwMjEyMzcwOVowDzENMAsGA1UEAwwEbXRsczBZMBMGByqG',
  'SM49AgEGCCqGSM49AwEHA0IABNcnyxwqV6hY8QnhxxzFQ03C7HKW9OylMbnQZjjJ',
  '/Au08/coZwxS7LfA4vOLS9WuneIXhbGGWvsDSb0tH6IxLm8wCgYIKoZIzj0EAwID',
  'SQAwRgIhAP0RC1E+vwJD/D1AGHGzuri+hlV/PpQEKTWUVeORWz83AiEA5x2eXZOV',
  'bUlJSGQgjwD5vaUaKlLR50Q2DmFfQj1L+SY=',
]
const begin = '-----BEGIN CERTIFICATE-----'
const end = '-----END CERTIFICATE-----'
const pem = [begin, ...lines, end, ''].join('\n')

/** As API Gateway hands it to functions (developer guide, "input to a Lambda authorizer", `identity.clientCert`). */
const certificate = {
  clientCertPem: pem,
  subjectDN: 'CN=mtls',
  issuerDN: 'CN=mtls',
  serialNumber: '2',
  validity: { notBefore: 'Oct 18 12:37:09 2018 GMT', notAfter: 'May  2 12:37:09 2022 GMT' },
}

/** Of an API whose domain asks callers for certificates. */
const withRule = (rule: string, upstream: object = { kind: 'stub' }): GateManifest => {
  const route = manifest.routes[key] as GateRoute
  return readGateManifest({
    ...manifest,
    upstream,
    state: null,
    clientCertificates: true,
    routes: {
      [key]: {
        ...route,
        access: { kind: 'token', fingerprint: ticket.fingerprint, bind: [], authentication: null, rule },
        limits: { cost: 1, layers: [], openWithoutStore: false },
      },
    },
  })
}
const validators = { [key]: openValidators((manifest.routes[key] as GateRoute).input) }
const gateOf = (rule: string) => assembleGate({ manifest: withRule(rule), validators })

const asked = (clientCert?: unknown, claims: Record<string, unknown> = {}, more: object = {}) =>
  eventOf({
    requestContext: {
      extendedRequestId: 'id-1',
      identity: { sourceIp: '192.0.2.1', ...(clientCert !== undefined && { clientCert }) },
      authorizer: ticketContext({ ...ticket, claims }),
    },
    ...more,
  })

describe('an API whose domain asks for client certificates', () => {
  const asking = () => {
    const policy = withRule("'user-1' == 'user-1'")
    const open = { ...policy.routes[key], access: { kind: 'public' } } as GateRoute
    return assembleGate({
      manifest: { ...policy, routes: { ...policy.routes, 'PUT /open/{userId}': open } },
      validators: { ...validators, 'PUT /open/{userId}': validators[key] as never },
      outputs: { [key]: { 200: () => true }, 'PUT /open/{userId}': { 200: () => true } },
    })
  }
  const withoutOne = [undefined, null, 'CN=mtls', 7]

  test.each(withoutOne)(
    'lets nobody through who came around it, with a ticket or on a public route: %j',
    async given => {
      const gate = asking()
      for (const resource of ['/users/{userId}', '/open/{userId}']) {
        const answer = await gate.handle(asked(given, {}, { resource }))
        expect([answer.statusCode, JSON.parse(String(answer.body)).code]).toEqual([403, 'access.denied'])
      }
      expect(gate.denials.map(({ reason }) => reason)).toEqual(['certificate.missing', 'certificate.missing'])
      expect(gate.called).toEqual([])
    },
  )

  test('believes no header that says there was one', async () => {
    const gate = asking()
    const multiValueHeaders = { 'x-amzn-mtls-clientcert': [pem], 'x-forwarded-client-cert': [pem] }
    expect((await gate.handle(asked(undefined, {}, { multiValueHeaders }))).statusCode).toBe(403)
  })

  test('lets through who came by it', async () => {
    const gate = asking()
    for (const resource of ['/users/{userId}', '/open/{userId}'])
      expect((await gate.handle(asked(certificate, {}, { resource }))).statusCode).toBe(200)
  })
})

describe('a rule of the client certificate', () => {
  test.each([
    "certificate.subjectDN == 'CN=mtls'",
    "certificate.issuerDN == 'CN=mtls' && certificate.serialNumber == '2'",
    `certificate.thumbprint == '${thumbprint}'`,
    `certificate['thumbprint'] in ['${thumbprint}'] && has(certificate.serialNumber)`,
  ])('lets through whose certificate it holds for: %s', async rule => {
    const gate = gateOf(rule)
    expect((await gate.handle(asked(certificate))).statusCode).toBe(200)
    expect(gate.called).toHaveLength(1)
  })

  test('binds a token to the certificate that it was issued for (RFC 8705 §3.1), and refuses it with another', async () => {
    const gate = gateOf("claims.cnf['x5t#S256'] == certificate.thumbprint")
    const statusOf = async (claims: Record<string, unknown>) =>
      (await gate.handle(asked(certificate, claims))).statusCode
    expect(await statusOf({ cnf: { 'x5t#S256': thumbprint } })).toBe(200)
    expect(await statusOf({ cnf: { 'x5t#S256': thumbprint.replace('A', 'B') } })).toBe(403)
    expect(await statusOf({ cnf: {} })).toBe(403)
    expect(await statusOf({})).toBe(403)
  })

  test('computes one thumbprint of a certificate, however its PEM is written', async () => {
    const gate = gateOf(`certificate.thumbprint == '${thumbprint}'`)
    for (const spelling of [
      pem.replaceAll('\n', '\r\n'),
      pem.trim(),
      [begin, lines.join(''), end].join('\n'),
    ]) {
      const answer = await gate.handle(asked({ ...certificate, clientCertPem: spelling }))
      expect(answer.statusCode).toBe(200)
    }
  })

  test.each([
    ['is not met', "certificate.subjectDN == 'CN=other'", certificate, 'rule.not_met'],
    ['asks whether there is one', 'has(certificate.subjectDN)', undefined, 'certificate.missing'],
    ['asks whether there is none', '!has(certificate.subjectDN)', undefined, 'certificate.missing'],
    ['could hold without', "certificate.subjectDN == 'CN=mtls' || true", undefined, 'certificate.missing'],
    ['names a part that is missing', 'certificate.serialNumber != "3"', {}, 'rule.failed'],
    [
      'names a part that is no text',
      'certificate.serialNumber != "3"',
      { ...certificate, serialNumber: 2 },
      'rule.failed',
    ],
    [
      'asks for a part that is no text',
      'has(certificate.serialNumber)',
      { ...certificate, serialNumber: 2 },
      'rule.not_met',
    ],
    [
      'names a part that is empty',
      'certificate.subjectDN != "CN=x"',
      { ...certificate, subjectDN: '' },
      'rule.failed',
    ],
    [
      'needs what cannot be read',
      "certificate.thumbprint != 'x'",
      { ...certificate, clientCertPem: 'x' },
      'rule.failed',
    ],
    ['has no PEM to read', "certificate.thumbprint != 'x'", { subjectDN: 'CN=mtls' }, 'rule.failed'],
    ['is given a text for a certificate', "certificate.subjectDN != 'x'", 'CN=mtls', 'certificate.missing'],
    ['is given null', "certificate.subjectDN != 'x'", null, 'certificate.missing'],
  ])('refuses where it %s', async (_, rule, clientCert, reason) => {
    const gate = gateOf(rule)
    const answer = await gate.handle(asked(clientCert))
    expect([answer.statusCode, JSON.parse(String(answer.body)).code]).toEqual([403, 'access.denied'])
    expect(gate.denials).toMatchObject([{ reason }])
    expect(JSON.stringify(gate.denials)).not.toContain('CN=')
    expect([gate.called, gate.faults]).toEqual([[], []])
  })

  test('cannot be loaded where the API asks no caller for one: nothing would keep those without away from it', () => {
    const policy = withRule("!has(certificate.subjectDN) || certificate.subjectDN == 'CN=mtls'")
    expect(Object.keys(readRules(policy).rules)).toEqual([key])
    expect(() => readRules({ ...policy, clientCertificates: false })).toThrow('certificate is not known')
  })

  test('ends in a decision for whatever stands in the place of a certificate', async () => {
    const gate = gateOf("certificate.thumbprint != 'x' && certificate.subjectDN != 'x'")
    const part = fc.oneof(fc.jsonValue(), fc.constant(pem), fc.string())
    const given = fc.oneof(
      fc.jsonValue(),
      fc.record({ clientCertPem: part, subjectDN: part }, { requiredKeys: [] }),
    )
    const statuses = new Set<number>()
    await fc.assert(
      fc.asyncProperty(given, async clientCert => {
        statuses.add((await gate.handle(asked(clientCert))).statusCode)
      }),
      { numRuns: 300 },
    )
    expect([...statuses].every(status => [200, 403].includes(status))).toBe(true)
    expect(gate.faults).toEqual([])
  })

  test('believes no header', async () => {
    const gate = gateOf("certificate.subjectDN == 'CN=mtls'")
    const multiValueHeaders = {
      'content-type': ['application/json'],
      'x-amzn-mtls-clientcert-subject': ['CN=mtls'],
      'x-client-cert': [encodeURIComponent(pem)],
    }
    const answer = await gate.handle(asked(undefined, {}, { multiValueHeaders }))
    expect(answer.statusCode).toBe(403)
    expect(gate.called).toEqual([])
  })

  test.each([
    ["certificate.subjectDN == 'CN=mtls'", certificate, 'handed'],
    ["certificate.subjectDN == 'CN=mtls'", undefined, 'refused'],
    [`certificate.thumbprint == '${thumbprint}'`, certificate, 'handed'],
  ])('is decided by a door inside a function as well: %s of %o is %s', async (rule, clientCert, outcome) => {
    const { telemetry } = silentTelemetry()
    const enter = openDoorInside(
      { manifest: withRule(rule, { kind: 'direct' }), validators, outputs: { [key]: { 200: () => true } } },
      { environment: {}, now: () => nowMs, telemetry },
    )
    const entered = await enter({
      event: asked(clientCert),
      context: { awsRequestId: 'aws-1' } as never,
      response: undefined,
    })
    expect(Object.keys(entered)).toContain(outcome)
  })
})

describe('the words of a certificate', () => {
  const inputs = { path: [], query: [] }
  const holds = (rule: string) =>
    readRule(rule, { ...inputs, certificate: true }).holds({
      claims: {},
      path: {},
      query: {},
      source: { ip: '192.0.2.1' },
      certificate: { subjectDN: 'CN=a' },
    })

  test('are texts, and known only where callers have one', () => {
    expect(holds("certificate.subjectDN.endsWith('=a')")).toBe(true)
    expect(() => holds('certificate.serialNumber == 2')).toThrow(RuleError)
    expect(() => holds("certificate.subject == 'CN=a'")).toThrow('certificate has no "subject"')
    expect(() => holds('size(certificate) == 4')).toThrow('certificate as a whole')
    expect(() => readRule("certificate.subjectDN == 'CN=a'", inputs)).toThrow('certificate is not known')
  })

  test('are named, each once, so that no more of it is read than a rule asks for', () => {
    const { certificate } = readRule(
      "certificate.serialNumber == '1' || 'issuerDN' in claims || certificate.serialNumber == '2'",
      { ...inputs, certificate: true },
    )
    expect(certificate).toEqual(['serialNumber'])
  })
})
