import { Duration } from 'aws-cdk-lib'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager'
import { checkDuration, checkOptions, describeValue } from './checks.ts'
import { DeclarationError } from './declaration-error.ts'
import { keyBehind } from './key.ts'

export interface ClientCertificateOptions {
  /**
   * How long a value is used before it is looked at again, beside the requests: 5 seconds to 1 hour. A certificate that an upstream
   * refuses is looked at at once. @default Duration.minutes(5)
   */
  readonly cacheTtl?: Duration
}

/** What the gate shows an upstream of itself, in TLS. */
export class ClientCertificate {
  /**
   * From Secrets Manager. A new value is used without a deployment; the old one until then, so let the upstream accept both for as long
   * as `cacheTtl`. The gate's role can read this secret, and decrypt it where it has a key of yours.
   *
   * @param secret its text is JSON, `{ "certificate": "…", "privateKey": "…" }`, both PEM: the certificate first, intermediate ones after
   * it; the key not encrypted
   */
  static fromSecret(secret: ISecret, options: ClientCertificateOptions = {}): ClientCertificate {
    const at = 'ClientCertificate.fromSecret'
    checkOptions(at, options, ['cacheTtl'])
    if (typeof (secret as ISecret | undefined)?.secretArn !== 'string') {
      throw new DeclarationError({
        at,
        given: describeValue(secret),
        allowed: 'a secret: a construct, or an imported one',
        fix: String(secret).startsWith('arn:')
          ? "for a secret by its ARN, write Secret.fromSecretCompleteArn(this, 'CrmCertificate', arn)"
          : "for a secret by its name, write Secret.fromSecretNameV2(this, 'CrmCertificate', 'crm/gate')",
      })
    }
    const encryptionKey = secret.encryptionKey && keyBehind(secret.encryptionKey)
    if (secret.encryptionKey && !encryptionKey) {
      throw new DeclarationError({
        at,
        given: 'a secret whose key is known by an alias alone: permissions do not follow it',
        allowed: 'a secret with a key, or with an alias that knows its own',
        fix: "for a key by its ARN, write encryptionKey: Key.fromKeyArn(this, 'Key', arn)",
      })
    }
    const cacheTtl = checkDuration(`${at} cacheTtl`, options.cacheTtl ?? Duration.minutes(5), {
      unit: 'seconds',
      least: 5,
      most: 3600,
      fix: 'each reading is a call of Secrets Manager by each instance; a rotation is felt after this at the latest',
    })
    return new ClientCertificate(secret, encryptionKey, cacheTtl)
  }

  readonly secret: ISecret
  /** What the secret is encrypted with, where that is no key of AWS's. */
  readonly encryptionKey: IKey | undefined
  readonly cacheTtl: Duration

  private constructor(secret: ISecret, encryptionKey: IKey | undefined, cacheTtl: Duration) {
    this.secret = secret
    this.encryptionKey = encryptionKey
    this.cacheTtl = cacheTtl
  }
}
