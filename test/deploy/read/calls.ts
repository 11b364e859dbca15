import { place } from '../../../local/template/intrinsics.ts'

const signed = (service: string, region: string = place.region) =>
  `AWS4-HMAC-SHA256 Credential=reader/20260101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=none`

/** An action of IAM, for which an SDK client would be one more dependency. */
export async function iam<Result>(
  origin: string,
  Action: string,
  parameters: Record<string, string>,
): Promise<Result> {
  const answer = await asked<Record<string, Record<string, Result>>>(origin, {
    authorization: signed('iam', 'us-east-1'),
    'content-type': 'application/x-www-form-urlencoded',
    body: String(new URLSearchParams({ Action, Version: '2010-05-08', ContentType: 'JSON', ...parameters })),
  })
  return answer[`${Action}Response`]?.[`${Action}Result`] as Result
}

/** An action of CloudWatch Logs. */
export const logs = <Result>(origin: string, action: string, parameters: object): Promise<Result> =>
  json(origin, 'logs', `Logs_20140328.${action}`, parameters)

/** Actions of services of the audit trail. */
export const firehose = <Result>(origin: string, action: string, parameters: object): Promise<Result> =>
  json(origin, 'firehose', `Firehose_20150804.${action}`, parameters)
export const glue = <Result>(origin: string, action: string, parameters: object): Promise<Result> =>
  json(origin, 'glue', `AWSGlue.${action}`, parameters)
export const athena = <Result>(origin: string, action: string, parameters: object): Promise<Result> =>
  json(origin, 'athena', `AmazonAthena.${action}`, parameters)
export const secrets = <Result>(origin: string, action: string, parameters: object): Promise<Result> =>
  json(origin, 'secretsmanager', `secretsmanager.${action}`, parameters)

/** An action of AWS WAF. */
export const waf = <Result>(origin: string, action: string, parameters: object): Promise<Result> =>
  json(origin, 'wafv2', `AWSWAF_20190729.${action}`, parameters)

const json = <Result>(origin: string, service: string, target: string, parameters: object): Promise<Result> =>
  asked(origin, {
    authorization: signed(service),
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': target,
    body: JSON.stringify(parameters),
  })

/** A hosted zone of this name. @returns its id */
export async function createHostedZone(origin: string, name: string): Promise<string> {
  const body = `<CreateHostedZoneRequest xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><Name>${name}</Name><CallerReference>${name}</CallerReference></CreateHostedZoneRequest>`
  const text = await xml(origin, 'hostedzone', { method: 'POST', body })
  return /<Id>\/hostedzone\/([^<]+)<\/Id>/.exec(text)?.[1] ?? ''
}

/** Records of a hosted zone that are aliases. */
export async function recordSets(origin: string, zone: string) {
  const text = await xml(origin, `hostedzone/${zone}/rrset`, {})
  return (text.match(/<ResourceRecordSet>.*?<\/ResourceRecordSet>/gs) ?? []).map(one => {
    const member = (name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(one)?.[1]
    return {
      Name: member('Name'),
      Type: member('Type'),
      AliasTarget: { DNSName: member('DNSName'), HostedZoneId: member('HostedZoneId') },
    }
  })
}

async function xml(origin: string, path: string, init: RequestInit): Promise<string> {
  const headers = { authorization: signed('route53', 'us-east-1') }
  const answer = await fetch(`${origin}/2013-04-01/${path}`, { ...init, headers })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${answer.status}: ${text.slice(0, 500)}`)
  return text
}

/** An action of EC2, as XML. */
export async function ec2(
  origin: string,
  Action: string,
  parameters: Record<string, string>,
): Promise<string> {
  const answer = await fetch(origin, {
    method: 'POST',
    headers: { authorization: signed('ec2'), 'content-type': 'application/x-www-form-urlencoded' },
    body: String(new URLSearchParams({ Action, Version: '2016-11-15', ...parameters })),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${answer.status}: ${text.slice(0, 500)}`)
  return text
}

/** Puts a bucket, an object, or a setting of either, where a bucket needs no place. */
export const s3 = (origin: string, path: string, body = ''): Promise<Response> =>
  fetch(`${origin}/${path}`, { method: 'PUT', headers: { authorization: signed('s3', 'us-east-1') }, body })

/** An object's bytes. */
export async function object(origin: string, bucket: string, key: string): Promise<Buffer> {
  const answer = await fetch(`${origin}/${bucket}/${key}`, { headers: { authorization: signed('s3') } })
  if (!answer.ok) throw new Error(`${bucket}/${key}: ${answer.status}`)
  return Buffer.from(await answer.arrayBuffer())
}

async function asked<Result>(
  origin: string,
  { body, ...headers }: { body: string; [header: string]: string },
): Promise<Result> {
  const answer = await fetch(origin, { method: 'POST', headers, body })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${answer.status}: ${text.slice(0, 500)}`)
  return JSON.parse(text || '{}') as Result
}
