import type { Deployed } from '../deployed.ts'

/** How resources of a type are read back. */
export interface Reader {
  /** Asks the service, never CloudFormation. @returns properties in the template's words */
  read(origin: string, resource: Deployed): Promise<Readonly<Record<string, unknown>>>
  /** The template's properties in the words in which they can be read. @default as they are */
  declared?(
    properties: Deployed['properties'],
    origin: string,
  ): Deployed['properties'] | Promise<Deployed['properties']>
}
