import { count, type Decoded, list, nullable, object, record, string } from './decode.ts'

/** What is declared of one route's limits, in the words and with the reasons of whoever declared them. Gates read none of it. */
const routeLimitsDeclared = object({
  /** Whatever a request counts against, from the narrowest to the widest. */
  limits: list(string),
  /** How many one request counts as. */
  cost: count,
  /** Layers of the API's that do not apply here, each with the reason. */
  without: record(string),
  /** Why requests pass uncounted while the state table cannot answer. Null: they do not. */
  openWithoutStore: nullable(string),
})
export type RouteLimitsDeclared = Decoded<typeof routeLimitsDeclared>

/** By the routes' keys: `GET /deals`. Written into the cloud assembly at synth, for `sallyport routes`. */
export const limitsDeclared = record(routeLimitsDeclared)

/** How the file's name ends. */
export const limitsDeclaredFile = '.limits.json'
