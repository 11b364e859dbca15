import { randomBytes } from 'node:crypto'
import type { LocalApp, LocalFunction } from '../template/app.ts'
import { UnsupportedTemplateError } from '../unsupported.ts'
import { UsageError } from '../usage-error.ts'
import { type LocalSecret, type SecretValues, secretNamed, textOf } from './values.ts'

/**
 * Fills in what CloudFormation would, when it makes a function: `{{resolve:secretsmanager:…}}` in environment variables. A secret that AWS would
 * generate, and nobody gave a value, holds one that is made up and stays the same as long as this filler does.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-secretsmanager.html
 *
 * It throws an `UnsupportedTemplateError` for references to what is not there, or to anything but the current text of a secret, and a
 * {@link UsageError} for a secret that only a person can give a value.
 */
export function createReferenceFiller(values: SecretValues): (app: LocalApp) => LocalApp {
  const madeUp = new Map<string, string>()
  const textIn = (at: string, secret: LocalSecret): string => {
    const given = textOf(secret, values)
    if (given !== undefined) return given
    if (!secret.generated)
      throw new UsageError(
        `${at} holds what is in ${secret.path}, a secret without a value here\n  fix: --secret ${secret.name}=<file>`,
      )
    const known = madeUp.get(secret.arn) ?? randomBytes(32).toString('base64url')
    madeUp.set(secret.arn, known)
    return known
  }
  return app => ({
    ...app,
    functions: app.functions.map(fn => ({ ...fn, environment: filled(fn, app.secrets, textIn) })),
  })
}

type TextIn = (at: string, secret: LocalSecret) => string

function filled(
  { name, environment }: LocalFunction,
  secrets: readonly LocalSecret[],
  textIn: TextIn,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).map(([variable, text]) => {
      const at = `${name}.Environment.${variable}`
      return [
        variable,
        String(text).replace(/\{\{resolve:[^}]*\}\}/g, found => lookUp(at, found, secrets, textIn)),
      ]
    }),
  )
}

// An ARN has six colons of its own.
const reference =
  /^\{\{resolve:secretsmanager:(?<id>arn:[^:]*:secretsmanager:[^:]*:[^:]*:secret:[^:]+|[^:]+)(?::SecretString(?::(?<member>[^:]*)(?::(?<stage>[^:]*)(?::(?<version>[^:]*))?)?)?)?\}\}$/

function lookUp(at: string, found: string, secrets: readonly LocalSecret[], textIn: TextIn): string {
  const { id, member, stage, version } = reference.exec(found)?.groups ?? {}
  if (id === undefined || version || (stage && stage !== 'AWSCURRENT'))
    throw new UnsupportedTemplateError(
      at,
      `the dynamic reference ${found} is not supported; supported: {{resolve:secretsmanager:<secret>:SecretString:<member>}}, of the current version`,
    )
  const secret = secretNamed(secrets, id)
  if (!secret) throw new UnsupportedTemplateError(at, `no secret of this app is ${id}`)
  const value = textIn(at, secret)
  return member ? memberOf(at, value, member) : value
}

function memberOf(at: string, value: string, member: string): string {
  const complain = (what: string): never => {
    throw new UsageError(`${at}: the secret it names ${what}`)
  }
  let parsed: unknown
  try {
    parsed = JSON.parse(value)
  } catch {
    return complain('is no JSON')
  }
  const found = Object.hasOwn(Object(parsed), member)
    ? (parsed as Record<string, unknown>)[member]
    : undefined
  return found === undefined ? complain(`has no member ${member}`) : String(found)
}
