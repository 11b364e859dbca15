import type { IUserPool, IUserPoolClient } from 'aws-cdk-lib/aws-cognito'
import { checkOptions, checkText, checkTexts, describeValue } from '../checks.ts'
import { DeclarationError } from '../declaration-error.ts'
import {
  type ClaimPath,
  type IssuerDeclaration,
  type IssuerTimes,
  readClaimPath,
  readTimes,
  timeOptions,
} from './declaration.ts'

export interface CognitoIssuerOptions extends IssuerTimes {
  /**
   * The app clients whose tokens count, as constructs or by id.
   * Security: a pool's access tokens name their client, and no API: those of a client left out here are refused.
   */
  readonly clients: ReadonlyArray<IUserPoolClient | string>
  /**
   * The resource that clients must have asked for (RFC 8707): tokens then carry it as `aud`, and others are refused.
   * @default - tokens that carry an `aud` are for somebody else, and refused
   * @see https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-define-resource-servers.html
   */
  readonly resource?: string
  /** The claim that lists a caller's roles. @default 'cognito:groups' */
  readonly rolesClaim?: ClaimPath
}

/** Access tokens of a user pool: `token_use` tells them from ID tokens, which the pool signs for the same callers. */
export function declareCognito(userPool: IUserPool, options: CognitoIssuerOptions): IssuerDeclaration {
  const issuer = `https://${providerOf(userPool)}`
  const at = `Issuer.cognito(${pathOf(userPool)})`
  checkOptions(
    at,
    options,
    ['clients', 'resource', 'rolesClaim', ...timeOptions],
    'Issuer.cognito(userPool, { clients: [client] })',
  )
  const { resource, rolesClaim = 'cognito:groups' } = options
  return {
    issuer,
    // One fetch; discovery would be two.
    keys: { kind: 'uri', uri: `${issuer}/.well-known/jwks.json` },
    audience: { claim: 'client_id', values: readClients(`${at} clients`, options.clients) },
    algorithms: ['RS256'],
    tokenType: null,
    requiredClaims: ['client_id', 'jti'],
    fixedClaims: {
      token_use: 'access',
      ...(resource !== undefined && {
        aud: checkText(`${at} resource`, resource, {
          deployTime: true,
          fix: 'write the resource as clients ask for it, or leave it out',
        }),
      }),
    },
    scopes: { claim: 'scope', form: 'text' },
    roles: readClaimPath(`${at} rolesClaim`, rolesClaim),
    clientClaim: 'client_id',
    ...readTimes(at, options),
  }
}

// What JavaScript can hand in, up to nothing at all.
const providerOf = (userPool: unknown): string => {
  const name = (userPool as Partial<IUserPool> | null | undefined)?.userPoolProviderName
  if (typeof name === 'string' && name !== '') return name
  throw new DeclarationError({
    at: 'Issuer.cognito',
    given: describeValue(userPool),
    allowed: 'a user pool',
    fix: 'hand in the UserPool itself, or UserPool.fromUserPoolArn(…) for one of another stack',
  })
}

const pathOf = (userPool: unknown): string => (userPool as IUserPool).node?.path ?? describeValue(userPool)

function readClients(at: string, given: unknown): readonly string[] {
  const ids: unknown = Array.isArray(given) ? given.map(idOf) : given
  return checkTexts(at, ids, {
    deployTime: true,
    allowed: 'a list of app clients, or their ids',
    fix: "write clients: [client], or clients: ['<client id>']",
  })
}

const idOf = (client: unknown): unknown =>
  typeof client === 'object' && client !== null && 'userPoolClientId' in client
    ? client.userPoolClientId
    : client
