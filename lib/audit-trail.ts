import { ArnFormat, Aspects, Names, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib'
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { CfnDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose'
import type { Bucket } from 'aws-cdk-lib/aws-s3'
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager'
import { Construct } from 'constructs'
import { acknowledgeByDesign } from './acknowledged.ts'
import { createBucket } from './audit/bucket.ts'
import { type AuditCatalog, createCatalog } from './audit/catalog.ts'
import { createDelivery } from './audit/delivery.ts'
import { areBeside } from './beside.ts'
import { type Line, writeContract } from './compile/metadata.ts'
import { type AuditTrailProps, type DeclaredAuditTrail, readAuditTrail } from './declare/audit-trail-props.ts'
import { DeclarationError } from './declare/declaration-error.ts'
import { isUsed } from './namesakes.ts'
import { stackInstance } from './stack-instance.ts'

/**
 * What was decided, kept so that nobody can change it: an event of each decision of the APIs that name it (`audit: trail`), in a bucket with
 * Object Lock, readable with Athena.
 *
 * ```ts
 * const trail = new AuditTrail(stack, 'Trail', { retention: ObjectLockRetention.compliance(Duration.days(365)) })
 * new ZeroTrustApi(this, 'Api', { audit: trail, … })
 * ```
 *
 * Put it into a stack of its own, in the API's region and account. Throws a `DeclarationError`.
 *
 * @see docs/audit.md
 */
export class AuditTrail extends Construct {
  readonly bucket: Bucket
  /** Takes events from log groups, and delivers them to the bucket. */
  readonly stream: CfnDeliveryStream
  /** Key of the hashes of subjects and token ids. It never rotates: what somebody did before and after could not be put together. */
  readonly key: ISecret
  /** What CloudWatch Logs acts as: it may put events into this stream. */
  readonly subscriptionRole: Role
  readonly catalog: AuditCatalog

  constructor(scope: Construct, id: string, props: AuditTrailProps) {
    super(scope, id)
    const declared = readAuditTrail(this.node.path, props)
    this.bucket = createBucket(this, declared)
    this.stream = createDelivery(this, this.bucket, declared)
    this.key = this.#createKey(declared)
    this.subscriptionRole = this.#createSubscriptionRole()
    this.catalog = createCatalog(this, this.bucket)
    writeContract(this, contractLines(declared))
    // With the template: an API may name it until then.
    Aspects.of(this).add({ visit: node => node === this && this.#warnWhereUnused() })
  }

  /** The key as CloudFormation fills it in when it makes a function: neither template nor manifest has it. */
  get keyReference(): string {
    // Not the value: the text by which CloudFormation finds it.
    return this.key.secretValue.unsafeUnwrap()
  }

  #warnWhereUnused(): void {
    if (isUsed(this)) return
    Validations.of(this).addWarning(
      'Sallyport-UnusedAuditTrail',
      `${this.node.path} records nothing: no API names it. Write new ZeroTrustApi(…, { audit: trail }), or acknowledge this where it only keeps what was recorded`,
    )
  }

  #createKey({ removalPolicy }: DeclaredAuditTrail): Secret {
    const key = new Secret(this, 'Key', {
      // CloudFormation's own names of secrets begin with no stack's: whoever deploys could be bound to none.
      secretName: `${Names.uniqueResourceName(this, { maxLength: 200, separator: '-', allowedSpecialCharacters: '-' })}-${stackInstance()}`,
      description: `Hashes subjects and token ids in the audit trail ${this.node.path}. Rotated, it would break the link between events`,
      // Letters and digits alone: 43 of them are as many as 32 bytes.
      generateSecretString: { passwordLength: 43, excludePunctuation: true },
      removalPolicy,
    })
    acknowledgeByDesign(key, 'auditKey')
    return key
  }

  /** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html#FirehoseExample */
  #createSubscriptionRole(): Role {
    const role = new Role(this, 'SubscriptionRole', {
      assumedBy: new ServicePrincipal('logs.amazonaws.com', {
        conditions: {
          StringLike: {
            'aws:SourceArn': Stack.of(this).formatArn({
              service: 'logs',
              resource: '*',
              arnFormat: ArnFormat.NO_RESOURCE_NAME,
            }),
          },
        },
      }),
    })
    role.addToPolicy(
      new PolicyStatement({
        actions: ['firehose:PutRecord', 'firehose:PutRecordBatch'],
        resources: [this.stream.attrArn],
      }),
    )
    return role
  }
}

/** CloudWatch Logs sends to a stream of its own region and account. Throws a `DeclarationError`. */
export function checkBeside(at: string, api: Construct, trail: AuditTrail): void {
  if (areBeside(api, trail)) return
  throw new DeclarationError({
    at,
    given: `${trail.node.path}, which is in another region or account`,
    allowed: 'an AuditTrail in the region and account of the API: CloudWatch Logs sends events to no other',
    fix: 'declare one for each region, with the same env as the stack of the API',
  })
}

function contractLines({
  retentionDays,
  isCompliance,
  archiveAfter,
  expireAfter,
  encryptionKey,
  removalPolicy,
}: DeclaredAuditTrail): Line[] {
  const until = isCompliance
    ? 'compliance: until then nobody can delete or change an event, and nobody can shorten that'
    : 'governance: until then only whoever may bypass it can delete or change an event'
  return [
    ['retention', `${days(retentionDays)}, ${until}`],
    ['archived', archiveAfter ? `after ${days(archiveAfter.toDays())}` : 'never'],
    ['expires', expireAfter ? `after ${days(expireAfter.toDays())}` : 'never'],
    ...(encryptionKey ? [['encryptionKey', encryptionKey.node.path] as const] : []),
    ...(removalPolicy === RemovalPolicy.RETAIN ? [] : [['removalPolicy', removalPolicy] as const]),
  ]
}

const days = (count: number): string => `${count} ${count === 1 ? 'day' : 'days'}`
