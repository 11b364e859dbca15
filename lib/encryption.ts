import { Aws } from 'aws-cdk-lib'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { IKey } from 'aws-cdk-lib/aws-kms'

/**
 * Lets a role decrypt with a key of the customer's, only where a service of this region does it on the role's behalf.
 * https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
 *
 * @param service its first label in `kms:ViaService`
 * @param context what it encrypted the data for
 */
export const decryptVia = (
  key: IKey,
  service: 'dynamodb' | 'lambda',
  context: Readonly<Record<string, string>> = {},
): PolicyStatement =>
  new PolicyStatement({
    actions: ['kms:Decrypt'],
    resources: [key.keyArn],
    conditions: {
      StringEquals: {
        'kms:ViaService': `${service}.${Aws.REGION}.amazonaws.com`,
        ...Object.fromEntries(
          Object.entries(context).map(([name, value]) => [`kms:EncryptionContext:${name}`, value]),
        ),
      },
    },
  })
