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
  asked(origin, {
    authorization: signed('logs'),
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': `Logs_20140328.${action}`,
    body: JSON.stringify(parameters),
  })

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
