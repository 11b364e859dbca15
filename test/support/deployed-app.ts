import { createReferenceFiller } from '../../local/secrets/references.ts'
import { type LocalApp, readApp } from '../../local/template/app.ts'

/** An assembly as it would be deployed: with the secrets that CloudFormation makes up and fills in. */
export const readDeployedApp = (assembly: string): LocalApp => createReferenceFiller({})(readApp(assembly))
