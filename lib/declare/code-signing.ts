import {
  type CfnCodeSigningConfig,
  type ICodeSigningConfig,
  UntrustedArtifactOnDeployment,
} from 'aws-cdk-lib/aws-lambda'
import { describeValue } from './checks.ts'
import { DeclarationError } from './declaration-error.ts'

/** Refuses a configuration that lets unsigned code through with a warning, where that can be seen. Throws a `DeclarationError`. */
export function checkCodeSigning(at: string, given: ICodeSigningConfig | undefined): void {
  if (given === undefined) return
  const complain = (what: string, fix: string): never => {
    throw new DeclarationError({
      at,
      given: what,
      allowed: 'a CodeSigningConfig that blocks what is not signed',
      fix,
    })
  }
  if (typeof Object(given).codeSigningConfigArn !== 'string') {
    complain(describeValue(given), 'write new CodeSigningConfig(this, id, { signingProfiles: [ … ], … })')
  }
  // An imported one has no resource here: whoever made it decided.
  const resource = given.node.defaultChild as CfnCodeSigningConfig | undefined
  if (!resource) return
  const policy = Object(resource.codeSigningPolicies).untrustedArtifactOnDeployment
  if (policy === UntrustedArtifactOnDeployment.ENFORCE) return
  complain(
    `${given.node.path}, which lets code through that is not signed, with a warning`,
    'state untrustedArtifactOnDeployment: UntrustedArtifactOnDeployment.ENFORCE',
  )
}
