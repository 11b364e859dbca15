import { fileURLToPath } from 'node:url'
import { runChild } from '../child-process.ts'
import { authorizerEvent, dealsEvent } from '../events.ts'
import { figure, type Report } from '../figure.ts'
import { issuer, type Stage } from '../stage.ts'
import { median, quantile } from '../statistics.ts'

/** What the measuring process is told. */
export interface Task {
  /** Folders of the functions' code. */
  readonly authorizer: string
  readonly gate: string
  readonly jwks: Stage['jwks']
  readonly token: string
  readonly expected: {
    readonly issuer: string
    readonly audience: string
    readonly algorithms: string[]
    readonly typ: string
  }
  readonly allowed: ReturnType<typeof authorizerEvent>
  readonly forged: ReturnType<typeof authorizerEvent>
  readonly admitted: ReturnType<typeof dealsEvent>
}

const cases = ['authorizer.allow', 'authorizer.deny', 'gate.allow', 'gate.deny'] as const

/** How long a warm function takes to decide, without a network: against `jwtVerify` of jose on its own. */
export async function warmDecisions(stage: Stage): Promise<Report> {
  const token = await stage.token()
  const task: Task = {
    authorizer: stage.authorizer.folder,
    gate: stage.crm.folder,
    jwks: stage.jwks,
    token,
    expected: { issuer, audience: 'https://api.example.com', algorithms: ['ES256'], typ: 'at+jwt' },
    allowed: authorizerEvent(token),
    // The signature of another token: as costly to refuse as a good one is to accept.
    forged: authorizerEvent(
      [...token.split('.').slice(0, 2), (await stage.token({ scope: 'x' })).split('.')[2]].join('.'),
    ),
    admitted: dealsEvent(stage.crm),
  }
  const {
    NODE_EXTRA_CA_CERTS: _,
    SALLYPORT_LOCAL_NAMES: __,
    ...environment
  } = stage.environmentOf(stage.authorizer)
  const samples = (await runChild(
    ['--import', 'tsx', fileURLToPath(new URL('measure.ts', import.meta.url)), JSON.stringify(task)],
    environment,
  )) as Record<(typeof cases)[number] | 'jwtVerify', number[]>
  return {
    title: 'Warm decisions',
    baseline: 'jwtVerify of jose alone',
    figures: cases.flatMap(name => [
      figure(`decide.${name}.p50`, median(samples[name]), 'µs', { baseline: median(samples.jwtVerify) }),
      figure(`decide.${name}.p99`, quantile(samples[name], 0.99), 'µs', {
        baseline: quantile(samples.jwtVerify, 0.99),
      }),
    ]),
  }
}
