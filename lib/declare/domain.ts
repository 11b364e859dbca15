import { Arn, ArnFormat, Stack, Token } from 'aws-cdk-lib'
import type { ICertificate } from 'aws-cdk-lib/aws-certificatemanager'
import type { IHostedZone } from 'aws-cdk-lib/aws-route53'
import type { IBucket } from 'aws-cdk-lib/aws-s3'
import type { Construct } from 'constructs'
import { checkObject, checkOptions, checkText, describeValue } from './checks.ts'
import { DeclarationError } from './declaration-error.ts'

/** Authorities whose certificates callers must have. */
export interface ClientCertificatesOptions {
  /** Where the truststore is. Whoever deploys must be able to read it. */
  readonly bucket: IBucket
  /** The truststore's key: a PEM file of the authorities. */
  readonly key: string
  /**
   * The object's version. A new truststore counts only once it is deployed, so a version makes it show in the template.
   * @default - the one that is the latest when the domain is created or changed
   */
  readonly version?: string
}

/** The name that an API is called by. Its address of AWS's own, under execute-api, answers nobody then. */
export interface DomainOptions {
  /** In lower case, for example `api.example.com`. */
  readonly name: string
  /** For that name, in the API's region. */
  readonly certificate: ICertificate
  /** Where the name's record is made. @default - none is made: the output `DomainTarget` says where the name is to point */
  readonly hostedZone?: IHostedZone
  /**
   * Has API Gateway ask every caller for a client certificate (mutual TLS). Security: AWS has no policy of TLS 1.3 alone for that, so
   * domain and API take TLS 1.2 too; and it asks no one whether a certificate was revoked. Which route takes whose is said by rules on `certificate`.
   * @default - callers need none
   */
  readonly clientCertificates?: ClientCertificatesOptions
}

const options = ['name', 'certificate', 'hostedZone', 'clientCertificates']
const example = "{ name: 'api.example.com', certificate }"
const label = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/

/** Refuses what AWS would refuse at deploy, and names that the hosted zone or the certificate cannot serve. */
export function checkDomain(scope: Construct, at: string, given: unknown): DomainOptions {
  checkOptions(at, given, options, example)
  const domain = given as DomainOptions
  checkName(`${at} name`, domain.name)
  checkIs(`${at} certificate`, domain.certificate, 'certificateArn', 'a certificate of ACM')
  checkRegion(scope, `${at} certificate`, domain.certificate)
  if (domain.hostedZone !== undefined) {
    checkIs(`${at} hostedZone`, domain.hostedZone, 'hostedZoneId', 'a hosted zone of Route 53')
    checkZone(`${at} hostedZone`, domain.hostedZone, domain.name)
  }
  if (domain.clientCertificates !== undefined)
    checkClientCertificates(`${at} clientCertificates`, domain.clientCertificates)
  return domain
}

function checkClientCertificates(at: string, given: ClientCertificatesOptions): void {
  checkOptions(at, given, ['bucket', 'key', 'version'], "{ bucket, key: 'truststore.pem' }")
  checkIs(`${at} bucket`, given.bucket, 'bucketArn', 'a bucket of S3')
  checkText(`${at} key`, given.key, {
    fix: "name the PEM file of the authorities: key: 'truststore.pem'",
    deployTime: true,
  })
  if (given.version !== undefined) {
    checkText(`${at} version`, given.version, { fix: "state the object's version id", deployTime: true })
  }
}

function checkName(at: string, given: unknown): void {
  const fix = "for example 'api.example.com'"
  const labels = checkText(at, given, { fix }).split('.')
  const isName = labels.length > 1 && String(given).length <= 253 && labels.every(each => label.test(each))
  if (isName) return
  throw new DeclarationError({
    at,
    given: describeValue(given),
    allowed: 'a whole name in lower case, no wildcard and no trailing dot',
    fix,
  })
}

/** By what it can do, not by its class: there may be a second copy of aws-cdk-lib. */
function checkIs(at: string, given: unknown, member: string, allowed: string): void {
  checkObject(at, given, allowed, 'hand in the construct, or what its from… method returns')
  if (typeof (given as Record<string, unknown>)[member] === 'string') return
  throw new DeclarationError({
    at,
    given: describeValue(given),
    allowed,
    fix: 'hand in the construct, or what its from… method returns',
  })
}

/** Those of CloudFront are in us-east-1; a Regional domain takes none from elsewhere. */
function checkRegion(scope: Construct, at: string, { certificateArn }: ICertificate): void {
  const { region } = Stack.of(scope)
  const given = Token.isUnresolved(certificateArn)
    ? undefined
    : Arn.split(certificateArn, ArnFormat.SLASH_RESOURCE_NAME).region
  if (!given || given === region || Token.isUnresolved(given) || Token.isUnresolved(region)) return
  throw new DeclarationError({
    at,
    given: `a certificate in ${given}`,
    allowed: `one in ${region}, where the API is`,
    fix: `request it in ${region}`,
  })
}

/** CDK would make the record of a name outside the zone a name inside. */
function checkZone(at: string, { zoneName }: IHostedZone, name: string): void {
  if (Token.isUnresolved(zoneName)) return
  const zone = zoneName.replace(/\.$/, '')
  if (name === zone || name.endsWith(`.${zone}`)) return
  throw new DeclarationError({
    at,
    given: `the zone ${zone}`,
    allowed: `one that ${name} is in`,
    fix: 'hand in the zone of the name, or leave it out and point the name at the output DomainTarget',
  })
}
