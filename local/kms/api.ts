import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { programsOnly } from '../network/programs-only.ts'
import { place } from '../template/intrinsics.ts'
import type { LocalKeys } from './keys.ts'

export interface KmsApi {
  /** http://127.0.0.1:PORT */
  origin: string
  close(): Promise<void>
}

/** An error of KMS: its name, and what it says. */
class KmsError extends Error {
  readonly type: string
  constructor(type: string, message: string) {
    super(message)
    this.type = type
  }
}

const spec = 'ECC_NIST_P256'
const algorithm = 'ECDSA_SHA_256'
const mostBytes = 4096

/**
 * Serves Sign and GetPublicKey of KMS on a free port of 127.0.0.1, for callers that use the real AWS SDK: AWS JSON 1.1,
 * https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html. All keys are ECC_NIST_P256 for SIGN_VERIFY, and are named by their
 * ARNs; anything else is an error that says so. Signatures of requests are not checked: every program on this machine may
 * ask, but no web page.
 */
export async function startKms(keys: LocalKeys): Promise<KmsApi> {
  const server = createServer(async (request, response) => {
    const [status, answer] = await answerTo(request, keys)
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(answer))
  })
  programsOnly(server, [`kms.${place.region}.amazonaws.com`])
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

async function answerTo(request: IncomingMessage, keys: LocalKeys): Promise<[number, object]> {
  try {
    const target = String(request.headers['x-amz-target'])
    const input = await read(request)
    if (target === 'TrentService.Sign') return [200, sign(input, keys)]
    if (target === 'TrentService.GetPublicKey') return [200, publicKey(input, keys)]
    throw new KmsError(
      'UnknownOperationException',
      `${target} is not supported by the local cloud; supported: TrentService.Sign, TrentService.GetPublicKey`,
    )
  } catch (error) {
    if (error instanceof KmsError) return [400, { __type: error.type, message: error.message }]
    return [500, { __type: 'KMSInternalException', message: String(error) }]
  }
}

type Input = Readonly<Record<string, unknown>>

async function read(request: IncomingMessage): Promise<Input> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  try {
    return Object(JSON.parse(Buffer.concat(chunks).toString('utf8')))
  } catch {
    throw new KmsError('SerializationException', 'the body is not JSON')
  }
}

function sign({ KeyId, Message, MessageType = 'RAW', SigningAlgorithm }: Input, keys: LocalKeys): object {
  if (SigningAlgorithm !== algorithm) throw unsupported('SigningAlgorithm', SigningAlgorithm, algorithm)
  if (MessageType !== 'RAW' && MessageType !== 'DIGEST')
    throw unsupported('MessageType', MessageType, 'RAW, DIGEST')
  const message = Buffer.from(String(Message), 'base64')
  const fits = MessageType === 'DIGEST' ? message.length === 32 : message.length <= mostBytes
  if (message.length === 0 || !fits) throw new KmsError('ValidationException', 'Message has a wrong length')
  const signature = keys.sign(String(KeyId), message, MessageType)
  if (!signature) throw unknown(KeyId)
  return { KeyId, Signature: signature.toString('base64'), SigningAlgorithm }
}

function publicKey({ KeyId }: Input, keys: LocalKeys): object {
  const found = keys.publicKey(String(KeyId))
  if (!found) throw unknown(KeyId)
  return {
    KeyId,
    PublicKey: found.toString('base64'),
    KeySpec: spec,
    CustomerMasterKeySpec: spec,
    KeyUsage: 'SIGN_VERIFY',
    SigningAlgorithms: [algorithm],
  }
}

const unsupported = (name: string, given: unknown, allowed: string) =>
  new KmsError(
    'ValidationException',
    `${name} ${String(given)} is not supported by the local cloud; supported: ${allowed}`,
  )

const unknown = (arn: unknown) =>
  new KmsError('NotFoundException', `Key '${String(arn)}' is no signing key of this app`)
