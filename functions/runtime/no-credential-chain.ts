/**
 * What the bundles hold in place of the SDK's `@aws-sdk/credential-provider-node`: the clients are given the role's credentials (see
 * credentials.ts), and one that was not must not go looking for others. Rejects when it is asked for any.
 */
export const defaultProvider = () => async (): Promise<never> => {
  throw new Error('a client of the SDK was made without credentials')
}
