import { execFile, execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'

const run = promisify(execFile)

/** Without credentials, a home that could hold some, or what switches validation off. */
function environment(home: string): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(?:AWS_|CDK_|HOME$|NODE_OPTIONS$|VITEST)/.test(name),
  )
  return {
    ...Object.fromEntries(kept),
    HOME: home,
    AWS_EC2_METADATA_DISABLED: 'true',
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    CDK_DISABLE_VERSION_CHECK: '1',
  }
}

/** A network namespace of its own has no interface at all; not every machine grants one. */
function withoutNetwork(): readonly string[] {
  const isolated = ['unshare', '-rn'] as const
  try {
    execFileSync(isolated[0], [isolated[1], 'true'], { stdio: 'ignore' })
    return isolated
  } catch {
    return []
  }
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

async function cdkSynth(folder: string, ...more: readonly string[]) {
  const home = temporaryFolder()
  const out = temporaryFolder()
  const cdk = resolve('node_modules/.bin/cdk')
  const [file, ...args] = [...withoutNetwork(), cdk, 'synth', '--quiet', '--output', out, ...more] as [string]
  try {
    const { stdout, stderr } = await run(file, args, { cwd: folder, env: environment(home) })
    return { code: 0, said: stdout + stderr, out }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
    return { code, said: stdout + stderr, out }
  }
}

describe('cdk synth', () => {
  it('of the example needs neither network nor credentials, and finds nothing wrong', async () => {
    // The functions are built already, and another build would replace them under other tests.
    const { code, said, out } = await cdkSynth('.', '--build', 'true')
    expect(said).not.toMatch(/error|warning/i)
    expect(code).toBe(0)
    // Written by the validators; CDK's own is not in it when it has nothing to say.
    const report = JSON.parse(readFileSync(join(out, 'validation-report.json'), 'utf8'))
    expect(report.pluginReports.map(({ pluginName }: { pluginName: string }) => pluginName)).toEqual([
      'ZeroTrust',
    ])
    expect(report.pluginReports[0].violations).toEqual([])
  })

  it('fails, naming the rule, for a template that CloudFormation would refuse', async () => {
    const folder = temporaryFolder()
    cpSync('cdk.json', join(folder, 'cdk.json'))
    symlinkSync(resolve('node_modules'), join(folder, 'node_modules'))
    writeFileSync(
      join(folder, 'app.mjs'),
      `import { App, CfnResource, Stack } from 'aws-cdk-lib'
      const app = new App()
      new CfnResource(new Stack(app, 'S'), 'Table', { type: 'AWS::DynamoDB::Table', properties: { Nonsense: 1 } })
      app.synth()`,
    )
    const { code, said } = await cdkSynth(folder, '--app', 'node app.mjs', '--build', 'true')
    expect(code).not.toBe(0)
    expect(said).toMatch(/F3002/)
    expect(said).toMatch(/Nonsense/)
  })
})
