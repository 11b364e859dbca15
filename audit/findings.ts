/** What can be wrong with a trail. */
export type FindingKind =
  | 'altered'
  | 'conflicting'
  | 'missing'
  | 'beginning'
  | 'unreadableEvent'
  | 'unreadableObject'
  | 'rewritten'
  | 'deleted'
  | 'undelivered'
  | 'unlocked'
  | 'bucket'
  | 'uncompared'

/** Where an event stands. */
export interface Place {
  /** Name of the object, from the folder or in the bucket. */
  readonly object: string
  /** Of the object as it is unpacked, from 1. */
  readonly line: number
}

export interface Finding {
  readonly kind: FindingKind
  /** Where it shows; null where it is about the bucket. A line is null where it is about the whole object. */
  readonly object: string | null
  readonly line: number | null
  readonly instance: string | null
  /** Numbers of the instance's events that it is about. */
  readonly first: number | null
  readonly last: number | null
  /** In words, without anything that an event says. */
  readonly detail: string
}

/** Those of one kind. */
export interface FindingGroup {
  readonly kind: FindingKind
  /** What it means, in a sentence or two. */
  readonly meaning: string
  /** All of them, also those that are not kept. */
  readonly count: number
  /** The first of them, {@link keptMax} at most. */
  readonly findings: readonly Finding[]
}

/** Of a kind so many are kept: a trail of which nothing is right needs no list without an end. */
export const keptMax = 1000

/** In the order in which they are told: what was done to the trail before what may have been lost on its way. */
const meanings: Readonly<Record<FindingKind, string>> = {
  altered:
    'Each event holds the hash of the one before it. Here it is another’s: one of the two was changed, or put there later.',
  conflicting:
    'Different events have one number of one instance: at least one of them was changed or made up.',
  rewritten:
    'The delivery writes an object once. This one was written again; the first version is what was verified.',
  deleted:
    'An object was deleted before its retention ended. Where a version is left, it is what was verified.',
  undelivered:
    'Firehose could not process or deliver these events: they are in this object, and not in the trail.',
  missing: 'Events of an instance are missing between others: lost on the way, or removed.',
  beginning:
    'The first events of an instance are missing: lost on the way, removed, or expired (then ask for later days, with --from).',
  unreadableEvent: 'A line is no event of this trail: it was changed, or something else writes here.',
  unreadableObject:
    'An object cannot be read to its end, or holds no event: cut off, overwritten, or none of the delivery’s.',
  unlocked:
    'An object is not retained as the bucket promises, or as those before it are: it can be changed or deleted earlier. (Or the bucket’s default was raised after it was written, or lowered before.)',
  bucket: 'The bucket itself does not protect what is written to it.',
  uncompared:
    'So many events were there twice, far apart, that not all were compared: verify fewer days at a time, with --from and --to.',
}

/** Collects what is found, without growing with the trail. */
export interface Findings {
  readonly add: (finding: Pick<Finding, 'kind' | 'detail'> & Partial<Finding>) => void
  readonly groups: () => readonly FindingGroup[]
}

export function createFindings(): Findings {
  const found = new Map<FindingKind, { count: number; findings: Finding[] }>()
  return {
    add(finding) {
      const group = found.get(finding.kind) ?? { count: 0, findings: [] }
      found.set(finding.kind, group)
      group.count += 1
      if (group.findings.length >= keptMax) return
      const { kind, object = null, line = null, instance = null, first = null, last = null, detail } = finding
      group.findings.push({ kind, object, line, instance, first, last, detail })
    },
    groups: () =>
      (Object.keys(meanings) as FindingKind[]).flatMap(kind => {
        const group = found.get(kind)
        return group ? [{ kind, meaning: meanings[kind], ...group }] : []
      }),
  }
}
