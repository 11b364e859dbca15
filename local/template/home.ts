import { place } from './intrinsics.ts'

/** Account and region that a stack was given; absent where it takes those it is deployed to. */
export interface Environment {
  readonly account?: string
  readonly region?: string
}

/** Reads `aws://111122223333/eu-central-1`; what is not known is `unknown-account` and `unknown-region` there. */
export function readEnvironment(environment: string | undefined): Environment {
  const [, account = '', region = ''] = /^aws:\/\/([^/]+)\/([^/]+)$/.exec(environment ?? '') ?? []
  return {
    ...(/^\d{12}$/.test(account) && { account }),
    ...(region !== '' && region !== 'unknown-region' && { region }),
  }
}

/** A resolved value, its ARNs moved from where the stack is to go to where it runs here. */
export function broughtHome(value: unknown, environment: Environment): unknown {
  const { account = place.account, region = place.region } = environment
  if (account === place.account && region === place.region) return value
  const away = new RegExp(
    `(arn:aws[a-z-]*:[a-z0-9-]+):(?:${region}|${place.region}):(?:${account}|${place.account})(?=:)`,
    'g',
  )
  const move = (part: unknown): unknown => {
    if (typeof part === 'string') return part.replace(away, `$1:${place.region}:${place.account}`)
    if (Array.isArray(part)) return part.map(move)
    if (typeof part !== 'object' || part === null) return part
    return Object.fromEntries(Object.entries(part).map(([name, member]) => [name, move(member)]))
  }
  return move(value)
}
