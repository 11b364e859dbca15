import { Logger } from '@aws-lambda-powertools/logger'

// A module of its own, so that a bundle can leave it for later: see tools/when-needed.ts.
export const createLogger = (serviceName: string) => new Logger({ serviceName })
