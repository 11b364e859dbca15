import { Aws, Fn } from 'aws-cdk-lib'

/**
 * Twelve letters that are others in each stack, also in one of the same name: what was kept of an earlier one does not stand in the way of a name
 * that ends so. Of the stack's id, `arn:…:stack/<name>/<uuid>`, the end.
 */
export const stackInstance = (): string =>
  Fn.select(4, Fn.split('-', Fn.select(2, Fn.split('/', Aws.STACK_ID))))
