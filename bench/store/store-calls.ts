import { stateTable } from '../../contract/state.ts'
import { type Figure, figure, type Report } from '../figure.ts'
import {
  asContender,
  type Contender,
  flexibleLimiters,
  type Layers,
  layersFor,
  openOurs,
  usualCounters,
} from './contenders.ts'
import { type Cost, type MeasuredTables, startMeasuredTables } from './measured-table.ts'

const requests = 1000
const minuteMs = 60_000
/** On demand, US East, per million units: https://aws.amazon.com/dynamodb/pricing/on-demand/ as of 2026-11. */
const usdPerMillion = { write: 0.625, read: 0.125 }

/** Bounds of one subject, all in its one item; and four places with an item each. */
const shapes: ReadonlyArray<{ name: string; counters: number; layers: Layers }> = [
  { name: 'user', counters: 1, layers: [{ layer: 'user', windowsMs: [minuteMs] }] },
  { name: 'user-2', counters: 2, layers: [{ layer: 'user', windowsMs: [minuteMs, 60 * minuteMs] }] },
  {
    name: 'user-4',
    counters: 4,
    layers: [{ layer: 'user', windowsMs: [minuteMs, 10 * minuteMs, 60 * minuteMs, 1440 * minuteMs] }],
  },
  {
    name: 'ip-user-client-service',
    counters: 4,
    layers: [
      { layer: 'ip', windowsMs: [minuteMs] },
      { layer: 'user', windowsMs: [minuteMs] },
      { layer: 'client', windowsMs: [minuteMs] },
      { layer: 'service', windowsMs: [minuteMs], leased: true },
    ],
  },
]

/**
 * What limits cost at DynamoDB, for 1,000 requests that pass and 1,000 that do not: of ours, all user-level controls are read by
 * the same write. Beside it a counter for each layer as it is usually written, and the limiter most people take.
 */
export async function storeCalls(): Promise<Report> {
  const tables = await startMeasuredTables()
  const figures: Figure[] = []
  try {
    for (const { name, counters, layers } of shapes) {
      const usual = await usualCounters(tables, counters, requests)
      const flexible = await flexibleLimiters(tables, counters, requests)
      const [ours, theirs, library] = [
        await allowed(await steady(tables, layers), tables),
        await allowed({ contender: usual }, tables),
        await allowed({ contender: flexible }, tables),
      ]
      figures.push(
        ...figuresOf(`allowed.${name}`, ours, theirs, { goal: name.startsWith('user') ? 1100 : undefined }),
      )
      figures.push(...figuresOf(`allowed.${name}.rate-limiter-flexible`, library, theirs))
      figures.push(
        ...figuresOf(`refused.${name}`, await refused(await spent(tables, layers), tables), theirs, {
          goal: 20,
        }),
      )
      const exhausted = await flexibleLimiters(tables, counters, 1)
      await exhausted.ask('flood')
      figures.push(
        ...figuresOf(
          `refused.${name}.rate-limiter-flexible`,
          await refused({ contender: exhausted }, tables),
          theirs,
        ),
      )
    }
    for (const perSecond of [20, 100]) figures.push(...(await hot(tables, perSecond)))
    return { title: 'Calls to DynamoDB', baseline: 'a counter for each layer', figures }
  } finally {
    await tables.close()
  }
}

interface Run {
  readonly contender: Contender
  /** Before each request. */
  readonly wait?: () => void
}

const fresh = async (tables: MeasuredTables, layers: Layers, max: number, now: () => number) =>
  openOurs(tables, await tables.table(stateTable.partitionKey), layersFor(layers, max), now)

const callers = 20

/** Callers at nine tenths of sixty a minute, who have been there for three minutes: old slices are cleared away meanwhile. */
async function steady(tables: MeasuredTables, layers: Layers): Promise<Run> {
  let clock = Date.now()
  const limiter = await fresh(tables, layers, 60, () => clock)
  const contender = asContender(limiter)
  const wait = () => {
    clock += 1120 / callers
  }
  for (let i = 0; i < (3 * minuteMs * callers) / 1120; i += 1) {
    wait()
    await contender.ask(`caller ${i % callers}`)
  }
  return { contender, wait }
}

/** A caller who has used up the limit, and asks a hundred times a second. */
async function spent(tables: MeasuredTables, layers: Layers): Promise<Run> {
  let clock = Date.now()
  const contender = asContender(await fresh(tables, layers, 60, () => clock))
  while (await contender.ask('flood')) clock += 1
  const wait = () => {
    clock += 10
  }
  return { contender, wait }
}

const allowed = (run: Run, tables: MeasuredTables): Promise<Cost> =>
  tables.costOf(async () => {
    for (let i = 0; i < requests; i += 1) {
      run.wait?.()
      if (!(await run.contender.ask(`caller ${i % callers}`)))
        throw new Error('a caller within the limit was refused')
    }
  })

const refused = (run: Run, tables: MeasuredTables): Promise<Cost> =>
  tables.costOf(async () => {
    for (let i = 0; i < requests; i += 1) {
      run.wait?.()
      if (await run.contender.ask('flood')) throw new Error('a caller beyond the limit was admitted')
    }
  })

/** Eight instances that share a limit of 2,000 a second, each as busy as one is that handles one request at a time. */
async function hot(tables: MeasuredTables, perSecond: number): Promise<Figure[]> {
  let clock = Date.now()
  const table = await tables.table(stateTable.partitionKey)
  const shared = layersFor([{ layer: 'service', windowsMs: [1000], leased: true }], 120)
  const gates = Array.from({ length: 8 }, () => asContender(openOurs(tables, table, shared, () => clock)))
  // Subjects are read once in two seconds each: here there is but one for each instance, so that the layer itself is measured.
  const round = async () => {
    clock += 1000 / perSecond
    for (const [i, gate] of gates.entries())
      if (!(await gate.ask(`hot ${i}`))) throw new Error('refused within the limit')
  }
  for (let i = 0; i < 3 * perSecond; i += 1) await round()
  const cost = await tables.costOf(async () => {
    for (let i = 0; i < 2 * requests; i += 1) await round()
  })
  const of1000 = (16 * requests) / 1000
  const writes = { calls: cost.writeUnits / of1000, writeUnits: cost.writeUnits / of1000, readUnits: 0 }
  return [
    figure(`store.hot.${perSecond}-per-second.writes`, writes.writeUnits, 'calls', {
      baseline: requests,
      goal: { of: 'value', atMost: 50 },
    }),
  ]
}

function figuresOf(
  name: string,
  cost: Cost,
  usual: Cost,
  { goal }: { goal?: number | undefined } = {},
): Figure[] {
  const usd = ({ writeUnits, readUnits }: Cost) =>
    (writeUnits * usdPerMillion.write + readUnits * usdPerMillion.read) / requests
  return [
    figure(`store.${name}.calls`, cost.calls, 'calls', {
      baseline: usual.calls,
      ...(goal !== undefined && { goal: { of: 'value', atMost: goal } }),
    }),
    figure(`store.${name}.write-units`, cost.writeUnits, 'units', { baseline: usual.writeUnits }),
    figure(`store.${name}.per-million`, usd(cost), 'USD', { baseline: usd(usual) }),
  ]
}
