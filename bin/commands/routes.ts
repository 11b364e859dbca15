import { readRoutes } from '../../local/routes.ts'
import { routeTable } from '../route-table.ts'
import { synthesized } from './synthesized.ts'

/** Prints the declared routes, as a table or as JSON. */
export async function routes({
  app,
  json,
}: {
  readonly app?: string
  readonly json?: boolean
}): Promise<void> {
  const found = await synthesized(app, readRoutes)
  const listed = found.map(({ method, path, access, limits, cost, without, openWithoutStore, ...others }) => {
    const { upstream, inputs } = others
    return { method, path, access, limits, cost, without, openWithoutStore, upstream, inputs }
  })
  process.stdout.write(
    json ? `${JSON.stringify(listed, null, 2)}\n` : `${routeTable(found, process.stdout)}\n`,
  )
}
