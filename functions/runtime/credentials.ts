interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/**
 * The role's credentials, as Lambda provides them: in the environment, for as long as the environment lives. The SDK's own
 * chain would go on to look in files, other services and a metadata address; a function has no business there, and
 * loading it takes time. Throws when there are none: then nothing may be called.
 *
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 */
export const roleCredentials = (environment: NodeJS.ProcessEnv) => async (): Promise<Credentials> => {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  } = environment
  if (!accessKeyId || !secretAccessKey) throw new Error('the environment has no credentials')
  return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) }
}
