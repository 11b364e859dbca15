import { expect, test } from 'vitest'
import { parseSearch } from '../../../local/cloudwatch/search.ts'
import { isPartOf } from '../../../local/cloudwatch/search-tokens.ts'

// All from https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html

test.each([
  ['count', 'CustomCount1', true],
  ['Count', 'CustomCount1', true],
  ['COUNT', 'CustomCount1', true],
  ['couNT', 'CustomCount1', false],
  ['CustomCount', 'CustomCount1', true],
  ['Count1', 'CustomCount1', true],
  ['customcount', 'CustomCount1', false],
  ['count1', 'CustomCount1', false],
  ['sdb', 'SDBFailure', true],
  ['failure', 'SDBFailure', true],
  ['trial', 'Project2-trial333', true],
  ['333', 'Project2-trial333', true],
  ['project2trial333', 'Project2-trial333', true],
  ['network/errors', 'Network-Errors-2', true],
  ['network+errors', 'NetworkErrors2', true],
  ['Network_Errors', 'Network-Errors-2', true],
  ['errors-network', 'Network-Errors-2', false],
])('the term %s is found in %s: %s', (term, name, found) => {
  expect(isPartOf(term, name)).toBe(found)
})

const metric = (namespace: string, name: string, dimensions: Record<string, string> = {}) => ({
  namespace,
  name,
  dimensions,
})

const all = [
  metric('AWS/EC2', 'CPUUtilization', { InstanceId: 'i-1' }),
  metric('AWS/EC2', 'CPUUtilization', { InstanceId: 'i-2' }),
  metric('AWS/EC2', 'CPUUtilization', { InstanceType: 't2.micro' }),
  metric('AWS/EC2', 'DiskReadOps', { InstanceId: 'i-1' }),
  metric('AWS/EBS', 'VolumeReadOps', { VolumeId: 'ProjectA' }),
  metric('AWS/Lambda', 'Errors', { FunctionName: 'ProjectA' }),
  metric('AWS/Lambda', 'Invocations', { FunctionName: 'ProjectA' }),
  metric('AWS/Lambda', 'Invocations', { FunctionName: 'Other' }),
  metric('My Namespace', 'Europe\\France Traffic(Network)', { 'Dimension@Name': 'x' }),
  metric('MyNamespace', 'CustomCount1'),
  metric('Sallyport', 'Requests', { service: 's', api: 'A', route: 'GET /a' }),
  metric('Sallyport', 'Requests', { service: 's', api: 'A', route: 'GET /b' }),
  metric('Sallyport', 'Requests', { service: 's', api: 'B', route: 'GET /a' }),
  metric('Sallyport', 'Requests', { service: 's', api: 'A' }),
]

const found = (text: string) => {
  const search = parseSearch(text)
  return all.flatMap((key, index) => (search.matches(key) ? [index] : []))
}

test.each([
  ['{AWS/EC2,InstanceId} MetricName="CPUUtilization"', [0, 1]],
  [' {AWS/EC2,InstanceId} MetricName="CPUUtilization" NOT i-2 ', [0]],
  ['{AWS/EC2, InstanceType} "CPUUtilization"', [2]],
  ['"CPUUtilization"', [0, 1, 2]],
  ['InstanceType="t2.micro" Namespace="AWS/EC2"', [2]],
  ['InstanceType=micro', [2]],
  ['(EC2 OR EBS) AND MetricName=ReadOps', [3, 4]],
  ['(EC2 OR EBS) MetricName=ReadOps', [3, 4]],
  ['(EC2 OR EBS) AND ReadOps AND ProjectA', [4]],
  [
    '{AWS/Lambda,FunctionName} MetricName="Errors" OR (MetricName="Invocations" AND (ProjectA OR ProjectB))',
    [5, 6],
  ],
  ['{"My Namespace", "Dimension@Name"}, "Europe\\\\France Traffic\\(Network\\)"', [8]],
  ['{MyNamespace}, "CustomCount1"', [9]],
  ['{MyNamespace}, "customcount1"', []],
  ['{MyNamespace}, "Custom"', []],
  ['NOT Namespace=AWS', [8, 9, 10, 11, 12, 13]],
  // As CDK's users write it: any of several exact values.
  ['{Sallyport,service,api,route} MetricName="Requests" api="A" route=("GET /a" OR "GET /c")', [10]],
  ['{Sallyport,api,service} api="A"', [13]],
  ['{Sallyport,service,api,route}', [10, 11, 12]],
] as const)('finds %s', (text, expected) => {
  expect(found(text)).toEqual(expected)
})

test.each([
  '',
  '   ',
  '{',
  '{AWS/EC2',
  'a AND',
  'OR a',
  '(a',
  'a)',
  '=a',
  'MetricName=',
  '"open',
  ':aws.AccountId="1"',
])('refuses %o', text => {
  expect(() => parseSearch(text)).toThrow('SEARCH')
})

test('refuses what is longer than CloudWatch takes, and takes what is as long', () => {
  expect(() => parseSearch('a'.repeat(1025))).toThrow('1024')
  expect(parseSearch('a'.repeat(1024)).matches(metric('N', 'a'))).toBe(false)
})
