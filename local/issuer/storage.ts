import type { Adapter, AdapterPayload } from 'oidc-provider'

interface Entry {
  payload: AdapterPayload
  expiresAt: number
}

/**
 * Storage of the local provider: sessions, codes and grants, in memory and gone with the process.
 * One store outlives the provider objects that key rotation replaces. Implements the contract of
 * https://github.com/panva/node-oidc-provider/blob/main/example/my_adapter.js. Expired entries go when they are looked up.
 */
export function createStorage(now: () => number): (model: string) => Adapter {
  const entries = new Map<string, Entry>()

  function live(key: string): AdapterPayload | undefined {
    const entry = entries.get(key)
    if (entry && entry.expiresAt > now()) return entry.payload
    entries.delete(key)
    return undefined
  }

  function findBy(model: string, field: 'uid' | 'userCode', value: string): AdapterPayload | undefined {
    for (const [key, { payload }] of entries) {
      if (key.startsWith(`${model}:`) && payload[field] === value) return live(key)
    }
    return undefined
  }

  return model => ({
    async upsert(id, payload, expiresIn) {
      // A model without a lifetime is kept until it is destroyed.
      const expiresAt = expiresIn ? now() + expiresIn * 1000 : Number.POSITIVE_INFINITY
      entries.set(`${model}:${id}`, { payload, expiresAt })
    },
    find: async id => live(`${model}:${id}`),
    findByUid: async uid => findBy(model, 'uid', uid),
    findByUserCode: async userCode => findBy(model, 'userCode', userCode),
    async consume(id) {
      const payload = live(`${model}:${id}`)
      if (payload) payload.consumed = Math.floor(now() / 1000)
    },
    async destroy(id) {
      entries.delete(`${model}:${id}`)
    },
    async revokeByGrantId(grantId) {
      for (const [key, { payload }] of entries) if (payload.grantId === grantId) entries.delete(key)
    },
  })
}
