import type { Algorithm } from '../../contract/authorizer-manifest.ts'
import { allow, deny } from '../../contract/decision.ts'
import { type KeySet, readKeySet } from './key-set.ts'
import type { Keys } from './keys.ts'

/** Keys that are part of the policy: nothing is fetched, and they count until the next deployment. */
export function createPinnedKeys(keys: readonly unknown[], algorithms: readonly Algorithm[]): Keys {
  let set: KeySet | undefined
  let reading: Promise<void> | undefined
  const prepare = (): Promise<void> => {
    reading ??= readKeySet({ keys }, algorithms).then(read => {
      set = read
    })
    return reading
  }
  return {
    prepare,
    async find({ kid, alg }) {
      await prepare()
      const key = set?.get(kid, alg)
      return key ? allow(key) : deny('token.key_unknown')
    },
    replacing: async () => null,
    current: ({ kid, alg }) => set?.get(kid, alg),
    age: () => null,
  }
}
