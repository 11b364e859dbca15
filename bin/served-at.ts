import { readDevState } from '../local/dev-state.ts'

/** URL of the API that `sallyport dev` serves for this folder. Throws a `UsageError` while it serves none. */
export const servedAt = (): string => readDevState(process.cwd()).url
