import type { Placed } from '../template/app.ts'
import { place } from '../template/intrinsics.ts'
import { UsageError } from '../usage-error.ts'

/** A secret of the app, or one that it imports. */
export interface LocalSecret {
  readonly arn: string
  readonly name: string
  /** Path of its construct; of an imported one, which the template has no construct of, the end of its ARN. */
  readonly path: string
  /** Whether AWS would make up what it holds. @default false */
  readonly generated?: boolean
}

/** Secret, by its name, ARN or construct path → its text, or where to have it each time it is read. */
export type SecretValues = Readonly<Record<string, string | (() => string)>>

const prefix = `arn:${place.partition}:secretsmanager:`

/** A secret of the template. */
export const readSecret = ({
  ref: arn,
  path,
  properties,
}: Pick<Placed, 'ref' | 'path'> & Partial<Pick<Placed, 'properties'>>): LocalSecret => ({
  arn,
  name: nameIn(arn),
  path,
  ...(properties?.GenerateSecretString !== undefined && { generated: true }),
})

/** `arn:…:secret:crm/certificate-a1B2c3` → `crm/certificate`; an ARN without the six characters has the name as it is. */
const nameIn = (arn: string): string => endOf(arn).replace(/-[A-Za-z0-9]{6}$/, '')

const endOf = (arn: string): string => arn.replace(/^.*:secret:/, '')

/** Those of the template, and those that functions use beside them. */
export const withImported = (secrets: readonly LocalSecret[], used: readonly string[]): LocalSecret[] => [
  ...secrets,
  ...[...new Set(used)]
    .filter(arn => !secrets.some(secret => isNamed(secret, arn)))
    // An ARN by name may end as if it had the six characters: `crm/our-secret`. So both are taken.
    .map(arn => ({ arn, name: nameIn(arn), path: endOf(arn) })),
]

/** Exactly so. Of one that is imported nobody knows whether the six characters, as in `crm-client`, are of its name. */
const isCalled = ({ arn, path }: LocalSecret, given: string): boolean => given === arn || given === path

/** As Secrets Manager takes them: by ARN, by an ARN without its six characters at the end, or by name. */
export const isNamed = (secret: LocalSecret, given: string): boolean =>
  isCalled(secret, given) ||
  given === secret.name ||
  (given.startsWith(prefix) && given === secret.arn.replace(/-[A-Za-z0-9]{6}$/, ''))

/** The secret of this name, ARN or path. */
export const secretNamed = (secrets: readonly LocalSecret[], given: string): LocalSecret | undefined =>
  secrets.find(secret => isCalled(secret, given)) ?? secrets.find(secret => isNamed(secret, given))

/** What a secret holds now; undefined where nobody said. */
export function textOf(secret: LocalSecret, values: SecretValues): string | undefined {
  const named = Object.entries(values).filter(([given]) => isNamed(secret, given))
  const [, value] = named.find(([given]) => isCalled(secret, given)) ?? named[0] ?? []
  return typeof value === 'function' ? value() : value
}

/** Whether it has one. Files are not read for this. */
export const hasValue = (secret: LocalSecret, values: SecretValues): boolean =>
  Object.keys(values).some(given => isNamed(secret, given))

/** Throws a {@link UsageError} for a value of what is no secret here. */
export function refuseUnknown(secrets: readonly LocalSecret[], values: SecretValues): void {
  const unknown = Object.keys(values).find(given => !secrets.some(secret => isNamed(secret, given)))
  if (unknown === undefined) return
  const known = secrets.map(({ path }) => path).join(', ') || 'none'
  throw new UsageError(`--secret ${unknown}: the app has no such secret; its secrets are ${known}`)
}
