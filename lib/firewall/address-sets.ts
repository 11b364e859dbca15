import { CfnIPSet, type CfnWebACL } from 'aws-cdk-lib/aws-wafv2'
import { Construct } from 'constructs'

/**
 * Addresses that operators change at run time, of both versions of IP. They begin empty, and the template says nothing of them that could
 * ever change: CloudFormation writes a set anew, and so empties it, only when what is declared of it changes. That is why it carries no tags.
 */
export class AddressSets extends Construct {
  readonly ipv4: CfnIPSet
  readonly ipv6: CfnIPSet
  /** Matches a request from an address that is in them. */
  readonly matches: CfnWebACL.StatementProperty

  constructor(scope: Construct, id: string, description: string) {
    super(scope, id)
    const create = (ipAddressVersion: 'IPV4' | 'IPV6') => {
      const set = new CfnIPSet(this, ipAddressVersion, {
        scope: 'REGIONAL',
        ipAddressVersion,
        addresses: [],
        description,
      })
      set.addPropertyDeletionOverride('Tags')
      return set
    }
    this.ipv4 = create('IPV4')
    this.ipv6 = create('IPV6')
    this.matches = {
      orStatement: {
        statements: [this.ipv4, this.ipv6].map(({ attrArn: arn }) => ({ ipSetReferenceStatement: { arn } })),
      },
    }
  }
}
