import { Names } from 'aws-cdk-lib'
import type { ILogGroup } from 'aws-cdk-lib/aws-logs'
import { CfnWebACL, CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2'
import { Construct } from 'constructs'
import { type Line, writeContract } from './compile/metadata.ts'
import { describeValue } from './declare/checks.ts'
import { DeclarationError } from './declare/declaration-error.ts'
import {
  type DeclaredFirewall,
  mostInspectedBytes,
  readFirewall,
  type WebFirewallProps,
} from './declare/web-firewall-props.ts'
import { AddressSets } from './firewall/address-sets.ts'
import { dataProtection, logFindings } from './firewall/logging.ts'
import { firewallRules, visibility } from './firewall/rules.ts'
import { ZeroTrustApi } from './zero-trust-api.ts'

const associationId = 'WebFirewall'
// https://docs.aws.amazon.com/waf/latest/APIReference/API_VisibilityConfig.html
const mostOfMetricName = 128

/**
 * AWS WAF before APIs: rules of AWS's against common attacks and bad addresses, a rate for each address, a bound of bodies, and addresses that
 * operators block and allow at run time. What it refuses is answered with 403 (`access.denied`), before either door is asked.
 *
 * It comes before authentication, and stands in for none of it: whoever gets past it has shown nothing.
 *
 * @see docs/firewall.md
 */
export class WebFirewall extends Construct {
  readonly webAcl: CfnWebACL
  /** Addresses that are refused, whatever else is said of them. Empty to begin with; operators fill them. */
  readonly blockedAddresses: AddressSets
  /** Addresses that neither the rate nor the lists of bad addresses are held against. Empty to begin with; operators fill them. */
  readonly allowedAddresses: AddressSets
  /** What the rules found. */
  readonly logGroup: ILogGroup
  readonly #declared: DeclaredFirewall
  readonly #apis: ZeroTrustApi[] = []

  constructor(scope: Construct, id: string, props: WebFirewallProps) {
    super(scope, id)
    this.#declared = readFirewall(this.node.path, props)
    this.blockedAddresses = new AddressSets(this, 'Blocked', 'Addresses that operators block')
    this.allowedAddresses = new AddressSets(this, 'Allowed', 'Addresses that operators allow')
    const sets = { blocked: this.blockedAddresses, allowed: this.allowedAddresses }
    this.webAcl = new CfnWebACL(this, 'WebAcl', {
      scope: 'REGIONAL',
      defaultAction: { allow: {} },
      rules: firewallRules(this.#declared, sets),
      associationConfig: {
        requestBody: { API_GATEWAY: { defaultSizeInspectionLimit: inspectionLimit(this.#declared) } },
      },
      dataProtectionConfig: dataProtection,
      visibilityConfig: visibility(this.#metricName()),
    })
    this.logGroup = logFindings(this, this.webAcl, this.#declared.keeping)
    writeContract(this, contractLines(this.#declared))
    this.node.addValidation({ validate: () => this.#apis.flatMap(api => this.#largerBodies(api)) })
  }

  /**
   * Puts the firewall before an API. One firewall can stand before many; an API has one.
   * The API's stack then refers to the firewall's, which is there first. Throws a `DeclarationError`.
   */
  protect(api: ZeroTrustApi): void {
    const at = `${this.node.path} protect`
    if (!(api instanceof ZeroTrustApi)) {
      throw new DeclarationError({
        at,
        given: describeValue(api),
        allowed: 'a ZeroTrustApi',
        fix: 'name the API that it stands before',
      })
    }
    if (api.restApi.node.tryFindChild(associationId)) {
      throw new DeclarationError({
        at,
        given: `${api.node.path}, which is protected already`,
        allowed: 'one firewall before each API: a stage of API Gateway takes no more',
        fix: 'remove one of the two',
      })
    }
    // Of the API's stack, and below a construct of its own, whose ids no upstream can take.
    new CfnWebACLAssociation(api.restApi, associationId, {
      resourceArn: api.restApi.deploymentStage.stageArn,
      webAclArn: this.webAcl.attrArn,
    })
    writeContract(api, [['firewall', this.node.path]])
    this.#apis.push(api)
  }

  /** Its path; of a long one as much as WAF takes. */
  #metricName(): string {
    const name = this.node.path.replace(/[^\w-]/g, '-')
    if (name.length <= mostOfMetricName) return name
    return Names.uniqueResourceName(this, { maxLength: mostOfMetricName, separator: '-' })
  }

  /** What the API declares to take and the firewall would not let in. */
  #largerBodies({ node: { path }, routes }: ZeroTrustApi): string[] {
    const { without, maxBodyBytes: most } = this.#declared
    if (without.has('bodySize')) return []
    return routes
      .filter(({ input, maxBodyBytes }) => input.body && maxBodyBytes > most)
      .map(
        ({ key, maxBodyBytes }) =>
          `route "${key}" of ${path} takes bodies of up to ${maxBodyBytes} bytes, of which ${this.node.path} lets in ${most}: ` +
          `state maxBody: Size.bytes(${most}) on the route, or unsafeWithout: { bodySize: 'why' } on the firewall`,
      )
  }
}

/** AWS has it in steps of 16 KiB: the least that shows all of a body that is let in. */
function inspectionLimit({ without, maxBodyBytes }: DeclaredFirewall): string {
  const bytes = without.has('bodySize') ? mostInspectedBytes : maxBodyBytes
  return `KB_${Math.ceil(bytes / (16 * 1024)) * 16}`
}

const contractLines = ({ mode, rate, maxBodyBytes, without, countOnly }: DeclaredFirewall): Line[] => [
  ['mode', mode === 'block' ? 'blocks' : 'only counts, but for addresses that operators block'],
  ...(without.has('rate')
    ? []
    : [['rate', `${rate.requests} requests of an address in ${rate.seconds} s`] as const]),
  ...(without.has('bodySize') ? [] : [['bodySize', `up to ${maxBodyBytes} bytes`] as const]),
  ...[...without].map(([part, reason]) => [`without ${part}`, `unsafe: ${reason}`] as const),
  ...[...countOnly].map(([rule, reason]) => [`only counts ${rule}`, `unsafe: ${reason}`] as const),
]
