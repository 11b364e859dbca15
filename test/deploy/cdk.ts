import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Emulator } from './emulator.ts'

/** Arguments that deploy every stack of an app. */
export const deployAll = ['deploy', '--all', '--require-approval', 'never']

const endsWithinMs = 50_000

/**
 * Runs the repository's CDK CLI as a person would, but for telemetry and questions.
 *
 * @returns what it said, and its exit code
 */
export async function cdk(
  { env, folder }: Emulator,
  ...args: readonly string[]
): Promise<{ readonly said: string; readonly code: number }> {
  const cli = join(process.cwd(), 'node_modules/.bin/cdk')
  const ran = spawn(cli, [...args, '--ci', '--no-color', '--output', join(folder, 'cdk.out')], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: endsWithinMs,
    env: {
      PATH: process.env.PATH,
      // Not the developer's: it holds profiles and context.
      HOME: folder,
      CDK_DISABLE_VERSION_CHECK: 'true',
      CDK_DISABLE_CLI_TELEMETRY: 'true',
      ...env,
    },
  })
  const [out, err, code] = await Promise.all([
    text(ran.stdout),
    text(ran.stderr),
    new Promise<number>(done => ran.on('close', code => done(code ?? -1))),
  ])
  return { said: out + err, code }
}

/** The same, where it must succeed. */
export async function cdkDone(emulator: Emulator, ...args: readonly string[]): Promise<string> {
  const { said, code } = await cdk(emulator, ...args)
  if (code !== 0) throw new Error(`cdk ${args.join(' ')} ended with ${code}:\n${said}`)
  return said
}
