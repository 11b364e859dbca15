// The two parts of undici that are used, by their own files: its index also loads fetch, mocks, proxies and caches.
// The types are those of the whole.
declare module 'undici/lib/dispatcher/pool.js' {
  export { Pool as default } from 'undici'
}

declare module 'undici/lib/api/api-request.js' {
  import type { Dispatcher } from 'undici'

  /** What `Dispatcher.request` is; a dispatcher has it only once undici's index was loaded. */
  export default function request(
    this: Dispatcher,
    options: Dispatcher.RequestOptions,
  ): Promise<Dispatcher.ResponseData>
}
