import { createHash } from 'node:crypto'
import { awsJson, type Input } from '../network/aws-json.ts'
import { ApiError, type AwsService, startAwsService } from '../network/aws-service.ts'
import type { LocalSecret } from './values.ts'

export interface SecretsApiOptions {
  /** The secret of this id (name or ARN), and its text as of now; undefined when there is no such secret, or it has no text. */
  read(id: string): { readonly secret: LocalSecret; readonly value: string } | undefined
}

/**
 * Plays GetSecretValue of Secrets Manager, https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html. The
 * current version only; anything else is an error that says so.
 */
export const startSecretsApi = (options: SecretsApiOptions): Promise<AwsService> =>
  startAwsService(
    'secretsmanager',
    awsJson({ 'secretsmanager.GetSecretValue': input => secretValue(input, options) }),
  )

function secretValue({ SecretId: id, ...more }: Input, options: SecretsApiOptions): object {
  const [other] = Object.keys(more)
  if (typeof id !== 'string' || other !== undefined) {
    throw new ApiError(
      'InvalidParameterException',
      other === undefined
        ? 'SecretId is missing'
        : `${other} is not supported by the local cloud; only the current version exists`,
    )
  }
  const found = readOrSay(id, options)
  // As AWS says it of a secret that has no value yet, as well.
  if (!found)
    throw new ApiError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.")
  return {
    ARN: found.secret.arn,
    Name: found.secret.name,
    VersionId: versionOf(found.value),
    SecretString: found.value,
    VersionStages: ['AWSCURRENT'],
  }
}

/** What went wrong with a file is between it and whoever named it. */
function readOrSay(id: string, { read }: SecretsApiOptions) {
  try {
    return read(id)
  } catch {
    throw new ApiError('InternalServiceError', 'the local value cannot be read', 500)
  }
}

/** The same for the same text, in the form of a UUID as AWS's are. */
const versionOf = (value: string): string =>
  createHash('sha256')
    .update(value)
    .digest('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5')
