import type { BuildOptions } from 'esbuild'
import { nodeBuiltins } from './node-builtins.ts'

/** How functions are bundled: for deployment, and for measuring parts of them. */
export const bundleSettings = {
  bundle: true,
  minifySyntax: true,
  minifyWhitespace: true,
  // Stack traces in logs need the names of functions. To shorten them and `keepNames` would set each again when it is made: at load,
  // and many in each request.
  minifyIdentifiers: false,
  legalComments: 'none',
  platform: 'node',
  target: 'node24',
  format: 'esm',
  mainFields: ['module', 'main'],
  plugins: [nodeBuiltins],
  // Places to look for credentials that a function has no business with, and the time to load them.
  alias: { '@aws-sdk/credential-provider-node': './functions/runtime/no-credential-chain.ts' },
  logLevel: 'warning',
} satisfies BuildOptions
