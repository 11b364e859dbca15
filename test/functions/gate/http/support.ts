import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import request from 'undici/lib/api/api-request.js'
import Pool from 'undici/lib/dispatcher/pool.js'
import { allow, type Decision, deny, settle } from '../../../../contract/decision.ts'
import { answerOf, failureOf } from '../../../../functions/gate/upstreams/http/answered.ts'
import { askedOf } from '../../../../functions/gate/upstreams/http/asked.ts'
import type { ResilienceParts } from '../../../../functions/gate/upstreams/http/withstand-failures.ts'
import { shorter, type Upstream, type UpstreamAnswer } from '../../../../functions/gate/upstreams/upstream.ts'
import { createTestClock } from '../limits/memory-store.ts'

export const answer = (status = 200): Decision<UpstreamAnswer> => allow({ status, headers: {}, body: '' })
export const unanswered = deny('upstream.unreachable', { note: 'ECONNRESET', unanswered: true })

/** Time that passes only where a test, or a pause, says so; and what telemetry was told. */
export function testParts(random: () => number = () => 0.5) {
  const clock = createTestClock()
  const states: string[] = []
  const pauses: number[] = []
  const told = { retries: 0 }
  const parts: ResilienceParts = {
    clock,
    random,
    pause: async ms => {
      pauses.push(ms)
      clock.advance(ms)
    },
    telemetry: {
      upstreamRetried: () => {
        told.retries += 1
      },
      breakerChanged: state => states.push(state),
    },
  }
  return { parts, clock, states, pauses, told }
}

/** An upstream without a network: what it is to say, in order, the last of it for ever; and what it was asked, and given. */
export function scripted(...says: ReadonlyArray<Decision<UpstreamAnswer>>) {
  const asked: Array<{ key: string; withinMs: number }> = []
  const upstream: Upstream = async ({ key }, withinMs) => {
    asked.push({ key, withinMs })
    return says[Math.min(asked.length, says.length) - 1] as Decision<UpstreamAnswer>
  }
  return { upstream, asked }
}

export type Behaviour = (request: IncomingMessage, response: ServerResponse, ofConnection: number) => void

/** A server on this machine that behaves as told. */
export async function startServer(behaviour: Behaviour) {
  let behave = behaviour
  let calls = 0
  const ofConnection = new WeakMap<object, number>()
  const server = createServer((incoming, response) => {
    calls += 1
    const nth = (ofConnection.get(incoming.socket) ?? 0) + 1
    ofConnection.set(incoming.socket, nth)
    incoming.resume()
    behave(incoming, response, nth)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls: () => calls,
    behave: (next: Behaviour) => {
      behave = next
    },
    /** From then on connections are refused. */
    async close() {
      if (!server.listening) return
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

/** The same, and a gate's exchange with it, but for TLS. */
export async function startUpstream(behaviour: Behaviour) {
  const server = await startServer(behaviour)
  const pool = new Pool(server.origin)
  const exchange: Upstream = async (declared, withinMs) => {
    let begun = false
    try {
      const { statusCode, headers, body } = await request.call(pool, {
        ...settle(askedOf(declared, { kind: 'header' })),
        signal: AbortSignal.timeout(shorter(10_000, withinMs)),
      })
      begun = true
      return allow(answerOf(statusCode, headers, await body.bytes()))
    } catch (error) {
      return failureOf(error, begun)
    }
  }
  return {
    ...server,
    exchange,
    stop: server.close,
    async close() {
      await pool.destroy()
      await server.close()
    },
  }
}

/** Ways to behave. */
export const says =
  (status: number): Behaviour =>
  (_, response) =>
    response.writeHead(status).end('{}')
export const resets: Behaviour = ({ socket }) => socket.resetAndDestroy()
