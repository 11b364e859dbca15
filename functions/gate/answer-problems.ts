import { type Deny, deny, Refused } from '../../contract/decision.ts'
import { bearerChallenge, stepUpChallenge } from '../../contract/headers.ts'
import { problemMediaType, problemOf } from '../../contract/problem.ts'
import { reasonOf } from '../../contract/reasons.ts'
import type { Telemetry } from '../runtime/telemetry.ts'
import type { Step, Timed } from './passage.ts'

/** The one place where a thrown error becomes a denial: refusals keep their reason, anything else is `gateway.fault`. */
export function answerProblems({ telemetry }: { telemetry: Telemetry }): Step<Partial<Timed>> {
  return {
    onError: request => {
      const { error, internal, context } = request
      const where = {
        route: internal.key ?? 'undeclared',
        requestId: internal.envelope?.requestId ?? context.awsRequestId,
      }
      const denial = error instanceof Refused ? error.denial : deny('gateway.fault')
      if (denial.reason === 'gateway.fault') telemetry.fault(error, where)
      telemetry.denied({ ...where, denial })
      request.response = answer(denial, where.requestId)
    },
  }
}

function answer(denial: Deny, requestId: string) {
  const { authentication } = denial
  const problem = problemOf(denial.reason, {
    requestId,
    ...(denial.fields && { errors: denial.fields }),
    ...(authentication?.acrValues.length && { acr_values: authentication.acrValues.join(' ') }),
    ...(authentication && authentication.maxAgeSeconds !== null && { max_age: authentication.maxAgeSeconds }),
  })
  const retryAfter = denial.retryAfterSeconds ?? reasonOf(denial.reason).retryAfterSeconds
  return {
    statusCode: problem.status,
    headers: {
      'content-type': problemMediaType,
      // API Gateway renames this one on its way out of a function; what the first door refuses has it right.
      ...(problem.status === 401 && {
        'www-authenticate': authentication ? stepUpChallenge(authentication) : bearerChallenge,
      }),
      ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
    },
    body: JSON.stringify(problem),
  }
}
