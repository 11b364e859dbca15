// dynalite ships no types; this is the part we use.
declare module 'dynalite' {
  import type { Server } from 'node:http'

  /** Times are in milliseconds. Without `path` everything is in memory. */
  export default function dynalite(options: {
    createTableMs?: number
    deleteTableMs?: number
    updateTableMs?: number
  }): Server
}
