import { Aws } from 'aws-cdk-lib'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { IKey } from 'aws-cdk-lib/aws-kms'

export interface DecryptionBounds {
  /** Where the service is. @default - the stack's own */
  readonly region?: string | undefined
  /** What it encrypted the data for; `*` and `?` stand for any letters, and any one. @default - whatever it was */
  readonly context?: Readonly<Record<string, string>>
}

/**
 * Lets a role decrypt with a key of the customer's, only where a service does it on the role's behalf.
 * https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
 *
 * @param key no alias: IAM compares the key's own ARN
 * @param service its first label in `kms:ViaService`
 */
export const decryptVia = (
  key: IKey,
  service: 'dynamodb' | 'lambda' | 'secretsmanager',
  { region = Aws.REGION, context }: DecryptionBounds = {},
): PolicyStatement =>
  new PolicyStatement({
    actions: ['kms:Decrypt'],
    resources: [key.keyArn],
    conditions: {
      StringEquals: { 'kms:ViaService': `${service}.${region}.amazonaws.com` },
      ...(context && {
        StringLike: Object.fromEntries(
          Object.entries(context).map(([name, value]) => [`kms:EncryptionContext:${name}`, value]),
        ),
      }),
    },
  })
