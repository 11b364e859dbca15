import type { Stack } from 'aws-cdk-lib'
import { expect, vi } from 'vitest'
import type { ReasonCode } from '../../contract/reasons.ts'
import { startCloud } from '../../local/cloud.ts'
import type { MintRequest } from '../../local/issuer/provider.ts'
import { createAssemblies } from '../local/assemblies.ts'
import { startRecorder } from '../support/deal-desk.ts'
import { expectRefusal } from './answers.ts'

export const upstreamOrigin = 'https://inner.internal.example.com'

export interface Asked extends Partial<MintRequest> {
  /** Who issues the token. @default https://login.example.com */
  readonly issuer?: string
}

/**
 * An API of a test's own in the local cloud, before an upstream at {@link upstreamOrigin} that records.
 *
 * @param origin another upstream in its place
 */
export async function startSmallCloud(declare: (stack: Stack) => void, origin?: string) {
  const assemblies = createAssemblies()
  const upstream = await startRecorder()
  const logs: Array<Record<string, unknown>> = []
  const lines: string[] = []
  const cloud = await startCloud({
    assembly: assemblies.synthesize(declare),
    upstreams: { [upstreamOrigin]: origin ?? upstream.origin },
    onLog: line => {
      lines.push(line)
      if (line.includes('"denied"')) logs.push(JSON.parse(line))
    },
  })
  const mint = async ({ issuer = 'https://login.example.com', ...request }: Asked = {}) => {
    const found = cloud.issuers.builtIn(issuer)
    if (!found) throw new Error(`${issuer} is no built-in issuer`)
    return found.mint({ subject: 'user-1', ...request })
  }
  const send = async (path: string, token: string, init: RequestInit = {}) =>
    fetch(`${cloud.url}${path}`, { ...init, headers: { authorization: `Bearer ${token}`, ...init.headers } })

  /** What was logged of a refusal. A function's line arrives by a way of its own. */
  const lineOf = (problem: { readonly requestId?: unknown }) =>
    vi.waitFor(() => {
      const found = logs.find(({ requestId }) => requestId === problem.requestId)
      if (!found) throw new Error('not logged yet')
      return found
    })

  return {
    url: cloud.url,
    /** Every line the functions wrote. */
    lines,
    upstream,
    lineOf,
    mint,
    send,
    call: async (path: string, asked?: Asked, init?: RequestInit) => send(path, await mint(asked), init),
    /** Inside a reason, outside a status and code, and the upstream hears nothing. */
    async expectDenied(
      asked: () => Promise<Response>,
      reason: ReasonCode,
      [status, code]: readonly [status: number, code: ReasonCode],
    ) {
      const before = upstream.received.length
      const response = await asked()
      const problem = await expectRefusal(response, status, code)
      const line = await lineOf(problem)
      expect(line.reason).toBe(reason)
      expect(upstream.received.length).toBe(before)
      return { response, problem, line }
    },
    async close() {
      await cloud.close()
      await upstream.close()
      assemblies.remove()
    },
  }
}
