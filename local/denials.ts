import { problemMediaType } from '../contract/problem.ts'
import { type ReasonCode, reasons } from '../contract/reasons.ts'

/** Why requests were refused, in the words of the two doors: reason code, and the names of what it is about. Never a value. */
export interface Denials {
  /** Takes in a line that a function logged. */
  readonly logged: (line: string) => void
  /** Takes in what a function returned: a problem document names the inputs that are invalid. */
  readonly answered: (payload: unknown) => void
  /** `input.invalid query limit`; undefined when no door refused this request. Forgets it. */
  readonly take: (extendedRequestId: string) => string | undefined
}

interface Denial {
  readonly reason: ReasonCode
  readonly about: string
}

// Of a request that nobody waits for any more the reason is never taken.
const keptMax = 1000

export function createDenials(): Denials {
  const denials = new Map<string, Denial>()
  return {
    logged(line) {
      // Most lines are something else, and not worth parsing.
      const entry = line.includes('"denied"') ? parse(line) : undefined
      if (entry?.message !== 'denied' || typeof entry.requestId !== 'string' || !isReason(entry.reason))
        return
      const { reason, note } = entry
      denials.set(entry.requestId, { reason, about: typeof note === 'string' ? note : '' })
      const [oldest] = denials.keys()
      if (denials.size > keptMax && oldest !== undefined) denials.delete(oldest)
    },
    answered(payload) {
      const { headers, body } = Object(payload) as { headers?: Record<string, unknown>; body?: unknown }
      if (headers?.['content-type'] !== problemMediaType) return
      const problem = parse(String(body))
      const id = String(problem?.requestId)
      const denial = denials.get(id)
      // An upstream may answer with problems of its own; they are no denial.
      if (denial && Array.isArray(problem?.errors)) {
        // An input can be wrong in several ways.
        const names = new Set(problem.errors.map(nameOf))
        denials.set(id, { ...denial, about: [...names].join(', ') })
      }
    },
    take(id) {
      const denial = denials.get(id)
      denials.delete(id)
      return denial && [denial.reason, denial.about].filter(Boolean).join(' ')
    },
  }
}

const isReason = (value: unknown): value is ReasonCode =>
  typeof value === 'string' && Object.hasOwn(reasons, value)

const nameOf = (field: unknown): string => {
  const { in: place, name } = Object(field) as { in?: unknown; name?: unknown }
  return `${String(place)} ${String(name)}`
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    return Object(JSON.parse(text))
  } catch {
    return undefined
  }
}
