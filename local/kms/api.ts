import { awsJson, type Input } from '../network/aws-json.ts'
import { ApiError, type AwsService, startAwsService } from '../network/aws-service.ts'
import type { LocalKeys } from './keys.ts'

const spec = 'ECC_NIST_P256'
const algorithm = 'ECDSA_SHA_256'
const mostBytes = 4096

/**
 * Plays Sign and GetPublicKey of KMS, https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html. All keys are ECC_NIST_P256 for
 * SIGN_VERIFY, and are named by their ARNs; anything else is an error that says so.
 */
export const startKms = (keys: LocalKeys): Promise<AwsService> =>
  startAwsService(
    'kms',
    awsJson({
      'TrentService.Sign': input => sign(input, keys),
      'TrentService.GetPublicKey': input => publicKey(input, keys),
    }),
  )

function sign({ KeyId, Message, MessageType = 'RAW', SigningAlgorithm }: Input, keys: LocalKeys): object {
  if (SigningAlgorithm !== algorithm) throw unsupported('SigningAlgorithm', SigningAlgorithm, algorithm)
  if (MessageType !== 'RAW' && MessageType !== 'DIGEST')
    throw unsupported('MessageType', MessageType, 'RAW, DIGEST')
  const message = Buffer.from(String(Message), 'base64')
  const fits = MessageType === 'DIGEST' ? message.length === 32 : message.length <= mostBytes
  if (message.length === 0 || !fits) throw new ApiError('ValidationException', 'Message has a wrong length')
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
  new ApiError(
    'ValidationException',
    `${name} ${String(given)} is not supported by the local cloud; supported: ${allowed}`,
  )

const unknown = (arn: unknown) =>
  new ApiError('NotFoundException', `Key '${String(arn)}' is no signing key of this app`)
