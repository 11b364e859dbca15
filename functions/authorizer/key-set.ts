import { type CryptoKey, importJWK, type JWK } from 'jose'
import type { Algorithm } from '../../contract/authorizer-manifest.ts'
import { isSecret, mayServe } from '../../contract/jwk.ts'

/** The usable keys of one published set, each imported for one algorithm. */
export interface KeySet {
  /** The key of this id for this algorithm. */
  get(kid: string, alg: string): CryptoKey | undefined
  /** The same, if its public members are exactly these. */
  same(kid: string, alg: string, members: string): CryptoKey | undefined
  /** Keys that were left out: for another use, weak, malformed, or two of one name. */
  readonly skipped: number
}

const maxKeys = 100

/**
 * Reads a JWK Set (RFC 7517 §5) for the declared algorithms. Rejects for what is no set, holds too many keys, or publishes
 * a secret: whoever does that has lost control of all of them. Keys that merely cannot be used are skipped. A key that is as
 * it was in the set before stays the very same object.
 */
export async function readKeySet(
  document: unknown,
  algorithms: readonly Algorithm[],
  before?: KeySet,
): Promise<KeySet> {
  const { keys } = Object(document) as { keys?: unknown }
  if (!Array.isArray(keys)) throw new Error('not a key set')
  if (keys.length > maxKeys) throw new Error(`more than ${maxKeys} keys`)
  const jwks = keys.map(key => Object(key) as JWK & Record<string, unknown>)
  if (jwks.some(isSecret)) throw new Error('the key set publishes a secret')

  const usable = new Map<string, Imported>()
  let skipped = 0
  for (const jwk of jwks) {
    const imported = isUnique(jwk, jwks) ? await importFor(jwk, algorithms, before) : []
    if (imported.length === 0) skipped += 1
    for (const each of imported) usable.set(`${each.alg} ${jwk.kid}`, each)
  }
  return {
    get: (kid, alg) => usable.get(`${alg} ${kid}`)?.key,
    same(kid, alg, members) {
      const found = usable.get(`${alg} ${kid}`)
      return found?.members === members ? found.key : undefined
    },
    skipped,
  }
}

interface Imported {
  readonly alg: Algorithm
  readonly key: CryptoKey
  readonly members: string
}

/** Two keys of one id: which was meant could only be tried out. */
const isUnique = ({ kid }: JWK, all: readonly JWK[]) =>
  typeof kid === 'string' && all.filter(other => other.kid === kid).length === 1

async function importFor(
  jwk: JWK,
  algorithms: readonly Algorithm[],
  before: KeySet | undefined,
): Promise<Imported[]> {
  const imported: Imported[] = []
  // Only members of the public key: whatever else is published has no say in how it is used.
  const { kid = '', kty, crv, x, y, n, e } = jwk
  const bare = { kty, crv, x, y, n, e } as JWK
  const members = JSON.stringify(bare)
  for (const alg of algorithms.filter(each => mayServe(jwk, each))) {
    try {
      const key = before?.same(kid, alg, members) ?? ((await importJWK(bare, alg)) as CryptoKey)
      imported.push({ alg, key, members })
    } catch {
      // Malformed: the same as not published.
    }
  }
  return imported
}
