import { delimiter, join } from 'node:path'

/** What a function's own environment and Lambda's variables are made of. */
export interface EnvironmentOptions {
  name: string
  arn: string
  codeDirectory: string
  handler: string
  memoryMb: number
  /** Folder that stands for `/opt`: what the function's layers hold. @default - none */
  layersFolder?: string
  /** The variables the template declares for the function. */
  declared: Readonly<Record<string, string>>
  /** File with the certificate of the local CA. */
  caFile: string
  /** 'host:port' → port on 127.0.0.1; read and removed by the preload. */
  names: Readonly<Record<string, number>>
}

// https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
const reserved =
  /^(_HANDLER|_X_AMZN_TRACE_ID|AWS_DEFAULT_REGION|AWS_REGION|AWS_EXECUTION_ENV|AWS_LAMBDA_.*|AWS_ACCESS_KEY(_ID)?|AWS_SECRET_ACCESS_KEY|AWS_SESSION_TOKEN|LAMBDA_TASK_ROOT|LAMBDA_RUNTIME_DIR|TZ)$/
const ours = /^(NODE_EXTRA_CA_CERTS|SALLYPORT_LOCAL_NAMES)$/

/**
 * The whole environment of a function's process: what it declares, what Lambda sets, the two variables of the local network, and a switch
 * that keeps the SDK from warning about this machine's Node.js.
 * Nothing comes from the developer's shell, so that a function cannot come to depend on it.
 * Throws a `TypeError` for a declared variable that Lambda would refuse, or that the local cloud sets itself.
 */
export function functionEnvironment(options: EnvironmentOptions): Record<string, string> {
  for (const key of Object.keys(options.declared)) {
    if (reserved.test(key)) {
      throw new TypeError(
        `function ${options.name}: environment variable ${key} is reserved by Lambda; declare another name`,
      )
    }
    if (ours.test(key)) {
      throw new TypeError(
        `function ${options.name}: environment variable ${key} is set by the local cloud; it cannot be declared`,
      )
    }
  }
  if (options.layersFolder !== undefined && 'NODE_PATH' in options.declared) {
    throw new TypeError(
      `function ${options.name}: environment variable NODE_PATH says where packages of layers are, in /opt; here they lie elsewhere, so it cannot be declared`,
    )
  }
  return {
    // The SDK warns on each load of a Node.js that it will not support for long. That is this machine's, not the one deployed,
    // and it would fill the function's log. The one variable that Lambda does not set; a declared one goes before it.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    ...(options.layersFolder !== undefined && { NODE_PATH: packagesIn(options.layersFolder) }),
    ...options.declared,
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    _HANDLER: options.handler,
    LAMBDA_TASK_ROOT: options.codeDirectory,
    AWS_REGION: regionOf(options.arn),
    AWS_DEFAULT_REGION: regionOf(options.arn),
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: options.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(options.memoryMb),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${options.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: 'local',
    // Shaped like credentials, known to nobody: the SDK signs with them, local servers do not check.
    AWS_ACCESS_KEY_ID: 'LOCALLOCALLOCALLOCAL',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_SESSION_TOKEN: 'local',
    NODE_EXTRA_CA_CERTS: options.caFile,
    SALLYPORT_LOCAL_NAMES: JSON.stringify(options.names),
  }
}

/**
 * Where `require` looks for packages, as the runtime for Node.js 24 sets it where the function does not. Its own packages, the
 * SDK, are not here.
 *
 * https://docs.aws.amazon.com/lambda/latest/dg/packaging-layers.html
 */
const packagesIn = (folder: string): string =>
  ['node24/node_modules', 'node_modules'].map(place => join(folder, 'nodejs', place)).join(delimiter)

function regionOf(arn: string): string {
  const region = /^arn:aws[a-z-]*:lambda:([a-z0-9-]+):\d{12}:function:[A-Za-z0-9_-]+$/.exec(arn)?.[1]
  if (!region)
    throw new TypeError(`'${arn}' is not a function ARN (arn:aws:lambda:REGION:ACCOUNT:function:NAME)`)
  return region
}
