import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'

/**
 * Runs this Node with the given arguments and nothing but the given environment, and reads the JSON the process writes to
 * descriptor 3 (undefined when it writes nothing). Rejects with the process's output when it fails.
 *
 * @param intoPipe what it writes goes into a pipe that is emptied, and is not kept: what `spawn` calls a pipe is a socket, and writing to
 * one takes several times as long
 */
export async function runChild(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  { intoPipe = false }: { intoPipe?: boolean } = {},
): Promise<unknown> {
  const piped = ['-o', 'pipefail', '-c', '"$0" "$@" | cat > /dev/null', process.execPath]
  const child = spawn(intoPipe ? 'bash' : process.execPath, intoPipe ? [...piped, ...args] : args, {
    env: { ...environment },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  })
  const output: string[] = []
  let answer = ''
  // Read, so that the process is never held up by a full pipe; kept, to be shown if it fails.
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', chunk => output.push(String(chunk)))
  ;(child.stdio[3] as Readable).on('data', chunk => {
    answer += chunk
  })
  const [status] = await once(child, 'close')
  if (status !== 0)
    throw new Error(`${args.join(' ').slice(0, 200)} did not run:\n${output.join('').slice(-5000)}`)
  return answer === '' ? undefined : JSON.parse(answer)
}
