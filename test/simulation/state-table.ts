import { onceMoreIfCutOff, withoutGivingBack } from '../../functions/gate/limits/cut-off.ts'
import type { SharedControls } from '../../functions/gate/limits/shared-controls.ts'
import type { Change, Item, StateStore } from '../../functions/gate/limits/store.ts'
import type { Instance, Network } from './cloud.ts'

/** The state table in memory, as atomic as DynamoDB's. */
export interface StateTable {
  /** As one instance reaches it. */
  from(instance: Instance): StateStore
  readonly items: ReadonlyMap<string, ReadonlyMap<string, number>>
}

export function createStateTable(network: Network): StateTable {
  const items = new Map<string, Map<string, number>>()
  const controls: SharedControls = { hashKey: new Uint8Array(32), controls: new Map() }

  const itemOf = (counts: ReadonlyMap<string, number>): Item => ({
    counts: new Map(counts),
    quarantine: null,
    revoke: null,
  })

  const make = (key: string, { add, remove }: Change): Item => {
    const counts = items.get(key) ?? new Map<string, number>()
    items.set(key, counts)
    for (const [name, amount] of add) counts.set(name, (counts.get(name) ?? 0) + amount)
    for (const name of remove) {
      // DynamoDB's "two document paths overlap".
      if (add.has(name)) throw new Error('an update adds to what it removes')
      counts.delete(name)
    }
    return itemOf(counts)
  }

  return {
    items,
    from: instance => ({
      change: (key, change) =>
        onceMoreIfCutOff(again =>
          network.call(instance, () => make(key, again ? withoutGivingBack(change) : change)),
        ),
      read: key =>
        network.call(instance, () => {
          const counts = items.get(key)
          return counts ? itemOf(counts) : null
        }),
      readControls: () => network.call(instance, () => controls),
    }),
  }
}
