import { beside, type ResourceType } from './resource-type.ts'

const noErrors = 'there are no delivery errors here'
const noQueries = 'no bucket is made here, so there is nothing to ask'

/** What takes events from logs to where they are kept, and makes them readable there. */
export const auditTypes: Readonly<Record<string, ResourceType>> = {
  'AWS::Logs::LogStream': beside(noErrors),
  'AWS::Glue::Database': beside(noQueries),
  'AWS::Glue::Table': beside(noQueries),
  'AWS::Athena::WorkGroup': beside(noQueries),
  'AWS::Athena::NamedQuery': beside(noQueries),
}
