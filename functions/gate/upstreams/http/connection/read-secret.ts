import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { roleCredentials } from '../../../../runtime/credentials.ts'
import type { ReadSecret } from './client-certificate.ts'

/** Of one call, answer included. */
const patienceMs = 2000

/** Reads one secret with the role of the function. The client is loaded only where there is a secret to read. */
export function secretReader(secretArn: string, environment: NodeJS.ProcessEnv): ReadSecret {
  const client = new SecretsManagerClient({
    // A secret stays in its region, wherever the function runs.
    region: secretArn.split(':')[3] ?? '',
    maxAttempts: 2,
    credentials: roleCredentials(environment),
  })
  return async () => {
    const { VersionId: version, SecretString: value } = await client.send(
      new GetSecretValueCommand({ SecretId: secretArn }),
      { abortSignal: AbortSignal.timeout(patienceMs) },
    )
    if (version === undefined || value === undefined) throw new Error('a secret without text')
    return { version, value }
  }
}
