import { Duration } from 'aws-cdk-lib'
import { checkDuration } from './checks.ts'

// API Gateway gives up after 29 seconds; the gate must still be there to answer for the upstream.
const longest = 25

/** How long an upstream may take in all. @default Duration.seconds(10) */
export const checkTimeout = (at: string, given = Duration.seconds(10)): Duration =>
  checkDuration(`${at} timeout`, given, {
    unit: 'milliseconds',
    least: 100,
    most: longest * 1000,
    fix: 'API Gateway answers within 29 s; make longer work asynchronous',
  })
