import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import type { UpstreamTarget } from '../declare/upstream.ts'

/** What a gate's role may do beyond its log and the counters: what its upstream takes, and nothing else. */
export function upstreamPermissions(target: UpstreamTarget): PolicyStatement[] {
  switch (target.kind) {
    case 'http':
      return credentialPermissions(target)
    case 'lambda':
      // This function only: grantInvoke would add every version and alias of it.
      return [
        new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [target.function.functionArn] }),
      ]
    case 'keySet':
      return [readPublic(target.identity.publishedKeys)]
    case 'direct':
    case 'stub':
      return []
  }
}

function credentialPermissions({
  credentials,
}: Extract<UpstreamTarget, { kind: 'http' }>): PolicyStatement[] {
  const declared = credentials?.declared
  switch (declared?.kind) {
    case 'gatewayToken': {
      const { key } = declared.identity
      return [
        new PolicyStatement({
          actions: ['kms:Sign'],
          resources: [key.keyArn],
          conditions: { StringEquals: { 'kms:SigningAlgorithm': 'ECDSA_SHA_256' } },
        }),
        // A token names its key by the thumbprint.
        readPublic([key]),
      ]
    }
    case 'sigV4':
      return [new PolicyStatement({ actions: [...declared.actions], resources: [...declared.resources] })]
    case undefined:
      return []
  }
}

const readPublic = (keys: readonly IKey[]): PolicyStatement =>
  new PolicyStatement({ actions: ['kms:GetPublicKey'], resources: keys.map(({ keyArn }) => keyArn) })
