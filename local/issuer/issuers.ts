import { isDeepStrictEqual } from 'node:util'
import type { DeclaredIssuer } from '../policies.ts'
import { UsageError } from '../usage-error.ts'
import { type LocalIssuer, startIssuer } from './provider.ts'

/** The issuers of the running app: the built-in provider for each, or a server the developer named instead. */
export interface Issuers {
  /** Issuer → where it is served on this machine; `builtIn` ones can make tokens. */
  readonly all: () => ReadonlyArray<{
    issuer: string
    origin: string
    builtIn: boolean
    audiences: readonly string[]
  }>
  /** The built-in provider of an issuer. */
  readonly builtIn: (issuer: string) => LocalIssuer | undefined
  /** Starts what is declared and not yet there, ends what is no longer declared. Unchanged issuers keep their keys. */
  readonly serve: (declared: readonly DeclaredIssuer[]) => Promise<void>
  readonly close: () => Promise<void>
}

interface Running {
  readonly declared: DeclaredIssuer
  readonly provider: LocalIssuer | null
  readonly origin: string
}

/** @param own issuer → local origin that takes the built-in provider's place */
export function createIssuers(own: Readonly<Record<string, string>>): Issuers {
  let running: Running[] = []

  return {
    all: () =>
      running.map(({ declared, provider, origin }) => ({
        issuer: declared.issuer,
        origin,
        builtIn: provider !== null,
        audiences: declared.audiences,
      })),
    builtIn: issuer => running.find(entry => entry.declared.issuer === issuer)?.provider ?? undefined,
    async serve(declared) {
      const unknown = Object.keys(own).find(issuer => !declared.some(entry => entry.issuer === issuer))
      if (unknown !== undefined) {
        const names = declared.map(entry => entry.issuer).join(', ') || 'none'
        throw new UsageError(`--issuer ${unknown}: the app declares no such issuer; it declares ${names}`)
      }
      const next: Running[] = []
      for (const entry of declared) {
        const same = running.find(other => isDeepStrictEqual(other.declared, entry))
        const origin = own[entry.issuer]
        if (same) next.push(same)
        else if (origin !== undefined) next.push({ declared: entry, provider: null, origin })
        else {
          const provider = await startIssuer(entry)
          next.push({ declared: entry, provider, origin: provider.origin })
        }
      }
      const gone = running.filter(entry => !next.includes(entry))
      running = next
      await Promise.all(gone.map(entry => entry.provider?.close()))
    },
    close: async () => {
      await Promise.all(running.map(entry => entry.provider?.close()))
      running = []
    },
  }
}
