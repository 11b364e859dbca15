import { readOpenApi } from '../../local/routes.ts'
import { synthesized } from './synthesized.ts'

/** Prints the public OpenAPI document of the app. */
export async function openapi({ app }: { readonly app?: string }): Promise<void> {
  process.stdout.write(await synthesized(app, readOpenApi))
}
