import { App, Stack } from 'aws-cdk-lib'
import { declareManyRoutes } from '../../test/support/many-routes.ts'

// An app of as many guarded routes as its argument says.
const stack = new Stack(new App(), 'ManyRoutes')
declareManyRoutes(stack, Number(process.argv[2]))
App.of(stack)?.synth()
