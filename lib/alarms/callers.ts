import { expression, oneMinute, someMinutes, sustained, type Together, type Watcher } from './watch.ts'

/**
 * Somebody tries tokens that never held; those that expired are not counted (contract/denial-metrics.ts). A share of all questions, so that
 * a broken client of many is none, and a least number, for the three callers of a quiet night.
 */
export function tokenAlarms(watcher: Watcher): Together[] {
  if (!watcher.has('tokenFailures')) return []
  const { percent, leastPerMinute } = watcher.declared.tokenFailures
  const alarm = watcher.watch(
    'TokenFailures',
    expression(
      `IF(rejected >= ${leastPerMinute}, 100 * rejected / questions, 0)`,
      {
        rejected: watcher.api.metricTokensRejected(),
        questions: watcher.api.metricAuthorizations(),
      },
      oneMinute,
    ),
    {
      means: `${percent} % of questions to the first door or more are about tokens that do not hold: somebody tries them, or an issuer or a client has changed.`,
      first: `look at the security dashboard, “Tokens refused, by what is wrong with them”. \`claim.*\`: a client or an issuer that was changed. Anything else: ${callersOf(watcher)}, then \`sallyport control\`, or the firewall.`,
      section: 'tokenFailures',
      threshold: percent,
      ...someMinutes,
    },
  )
  return [[alarm]]
}

/**
 * More refusals than usual, whatever for. Not by limits: these hold by themselves, and a hot user is no incident. Usual is what AWS has
 * learned of this API at this time of the week; the least number is for nights on which usual is nothing.
 */
export function denialAlarms(watcher: Watcher): Together[] {
  if (!watcher.has('clientDenials')) return []
  const { deviations, least } = watcher.declared.clientDenials
  const metric = watcher.api.metricClientDenials()
  const first = `look at the security dashboard, “Refused, by reason”, and ${callersOf(watcher)}. \`input.*\`: fuzzing, or a client that was changed. \`scope.*\`, \`role.*\`, \`claim.*\`: someone looks for what is open.`
  const usual = watcher.watchUsual('DenialsUnusual', metric, {
    means: 'more requests are refused than is usual at this time.',
    first,
    section: 'clientDenials',
    deviations,
    ...sustained,
  })
  const many = watcher.watch('DenialsMany', metric, {
    means: `${least} requests or more are refused in five minutes, which says something only together with DenialsUnusual.`,
    first,
    section: 'clientDenials',
    threshold: least,
    ...sustained,
  })
  return [[usual, many]]
}

/** Where the callers are named who are refused most. */
const callersOf = ({ api }: Watcher): string =>
  api.audit ? '“Refused most”' : 'the access log for who it is'
