import { ec2 } from './calls.ts'
import type { Reader } from './reader.ts'

const all = (text: string, name: string) =>
  [...text.matchAll(new RegExp(`<${name}>(.*?)</${name}>`, 'gs'))].map(([, inner = '']) => inner)
const first = (text: string, name: string) => all(text, name)[0]

/** Rules as the template has them: one for each range. */
const rulesOf = (permissions: string) =>
  permissions.split(/<ipProtocol>/).flatMap(part => {
    const [IpProtocol] = part.split('</ipProtocol>')
    const ports = {
      IpProtocol,
      FromPort: Number(first(part, 'fromPort')),
      ToPort: Number(first(part, 'toPort')),
    }
    return [
      ...all(part, 'cidrIp').map(CidrIp => ({ ...ports, CidrIp })),
      ...all(part, 'cidrIpv6').map(CidrIpv6 => ({ ...ports, CidrIpv6 })),
    ]
  })

const inOrder = (rules: readonly object[]) =>
  rules.map(rule => JSON.stringify(rule, Object.keys(rule).sort())).sort()

export const securityGroup: Reader = {
  declared: ({ SecurityGroupEgress, ...rest }) => ({
    ...rest,
    SecurityGroupIngress: [],
    SecurityGroupEgress: inOrder(
      (SecurityGroupEgress as object[]).map(rule => ({ ...rule, Description: undefined })),
    ),
  }),
  async read(origin, { physicalId }) {
    const found = await ec2(origin, 'DescribeSecurityGroups', { 'GroupId.1': physicalId })
    return {
      GroupDescription: first(found, 'groupDescription'),
      VpcId: first(found, 'vpcId'),
      SecurityGroupIngress: rulesOf(first(found, 'ipPermissions') ?? ''),
      SecurityGroupEgress: inOrder(rulesOf(first(found, 'ipPermissionsEgress') ?? '')),
    }
  },
}

/** The account's own VPC, which the emulator comes with, and its subnets. */
export async function defaultNetwork(origin: string): Promise<{ vpc: string; subnets: string[] }> {
  const vpc = first(await ec2(origin, 'DescribeVpcs', {}), 'vpcId') ?? ''
  const subnets = all(await ec2(origin, 'DescribeSubnets', {}), 'subnetId')
  return { vpc, subnets }
}
