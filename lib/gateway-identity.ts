import { RemovalPolicy } from 'aws-cdk-lib'
import { type IKey, Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms'
import { Construct } from 'constructs'
import { checkHttps, checkOptions, describeValue } from './declare/checks.ts'
import { DeclarationError } from './declare/declaration-error.ts'
import { checkKey } from './declare/key.ts'
import { Upstream } from './declare/upstream.ts'

export interface GatewayIdentityProps {
  /**
   * In whose name tokens are signed: their `iss`, an `https` URL, byte for byte as upstreams compare it. Commonly the API's own, and
   * none that people sign in with.
   */
  readonly issuer: string
  /** Signs. ECC_NIST_P256, for SIGN_VERIFY. @default - a new key, which stays when the stack is deleted */
  readonly key?: IKey
  /** Published, and not used yet: the key that will sign after the next deployment. @default - none */
  readonly nextKey?: IKey
  /** Published, and no longer used. They can go when the last token that they signed has expired. @default - none */
  readonly previousKeys?: readonly IKey[]
}

/**
 * Who the gateway is to its upstreams: a key in KMS that signs tokens (`Credentials.gatewayToken`), and the key set that they are
 * verified by, which is published where a route says so:
 *
 * ```ts
 * api.addRoute('GET /.well-known/jwks.json', { upstream: identity.keySet, access: Access.public() })
 * ```
 *
 * The private key never leaves KMS. A gate with such credentials may have this key sign, and read its public part; the gate of the
 * key set may only read. Put it into a stack of its own to keep it when the API is replaced.
 *
 * @see docs/upstreams.md
 */
export class GatewayIdentity extends Construct {
  readonly issuer: string
  readonly key: IKey
  /** The one that signs, and then all others that are published. */
  readonly publishedKeys: readonly IKey[]
  /** Answers with the key set (RFC 7517 §5). */
  readonly keySet: Upstream

  constructor(scope: Construct, id: string, props: GatewayIdentityProps) {
    super(scope, id)
    const at = this.node.path
    checkOptions(at, props, ['issuer', 'key', 'nextKey', 'previousKeys'], "{ issuer: 'https://…' }")
    checkHttps(at, 'issuer', props.issuer)
    this.issuer = props.issuer
    this.key = props.key === undefined ? this.#createKey() : checkSigningKey(`${at} key`, props.key)
    this.publishedKeys = [
      this.key,
      ...(props.nextKey === undefined ? [] : [checkSigningKey(`${at} nextKey`, props.nextKey)]),
      ...checkSigningKeys(`${at} previousKeys`, props.previousKeys ?? []),
    ]
    this.#checkDifferent()
    this.keySet = Upstream.keySet(this)
  }

  #createKey(): Key {
    return new Key(this, 'Key', {
      description: `Signs what the gateway ${this.node.path} tells its upstreams`,
      ...forSigning,
      removalPolicy: RemovalPolicy.RETAIN,
    })
  }

  #checkDifferent(): void {
    const arns = this.publishedKeys.map(({ keyArn }) => keyArn)
    if (new Set(arns).size === arns.length) return
    throw new DeclarationError({
      at: this.node.path,
      given: 'one key in two places',
      allowed: 'each key as key, as nextKey, or as one of previousKeys',
      fix: 'a key that signs is published already: name it once',
    })
  }
}

const forSigning = { keySpec: KeySpec.ECC_NIST_P256, keyUsage: KeyUsage.SIGN_VERIFY }

/** Of an imported key nothing is known here: the gate refuses to sign with one that is of another kind. */
const checkSigningKey = (at: string, given: unknown): IKey => checkKey(at, given, forSigning)

function checkSigningKeys(at: string, given: unknown): readonly IKey[] {
  if (Array.isArray(given)) return given.map((key, i) => checkSigningKey(`${at}[${i}]`, key))
  throw new DeclarationError({
    at,
    given: describeValue(given),
    allowed: 'a list of keys',
    fix: 'write previousKeys: [key]',
  })
}
