import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readGateManifest } from '../contract/gate-manifest.ts'
import { ticketContext } from '../contract/ticket.ts'
import type { LocalFunction } from '../local/template/app.ts'
import { issuer } from './stage.ts'

const context = { apiId: 'bench00000', extendedRequestId: 'bench', stage: 'live' }

/** What API Gateway sends the authorizer for `GET /deals`. */
export const authorizerEvent = (token: string) => ({
  type: 'REQUEST',
  httpMethod: 'GET',
  resource: '/deals',
  path: '/deals',
  multiValueHeaders: { Authorization: [`Bearer ${token}`] },
  requestContext: context,
})

/** What API Gateway sends a gate for `GET /deals?status=open`, the first door's ticket included. */
export function dealsEvent(gate: LocalFunction, subject = 'user-1') {
  const manifest = readGateManifest(JSON.parse(readFileSync(join(gate.folder, 'manifest.json'), 'utf8')))
  const access = manifest.routes['GET /deals']?.access
  if (access?.kind !== 'token') throw new Error('the example no longer has a guarded GET /deals')
  const ticket = ticketContext({
    route: 'GET /deals',
    fingerprint: access.fingerprint,
    issuer,
    subject,
    client: 'bench',
    tokenId: 'bench',
    issuedAt: Math.floor(Date.now() / 1000),
    expiresAt: Math.floor(Date.now() / 1000) + 3600,
    claims: {},
    viewers: [],
  })
  return {
    httpMethod: 'GET',
    resource: '/deals',
    path: '/deals',
    pathParameters: null,
    multiValueQueryStringParameters: { status: ['open'] },
    multiValueHeaders: {},
    requestContext: { ...context, authorizer: ticket },
    body: null,
    isBase64Encoded: false,
  }
}

/** What API Gateway sends a gate for `GET /health`, which is public and a stub. */
export const healthEvent = {
  httpMethod: 'GET',
  resource: '/health',
  path: '/health',
  pathParameters: null,
  multiValueQueryStringParameters: null,
  multiValueHeaders: {},
  requestContext: context,
  body: null,
  isBase64Encoded: false,
}
