import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type App, Validations } from 'aws-cdk-lib'
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'

interface Report {
  readonly conclusion: string
  readonly pluginReports: ReadonlyArray<{
    readonly pluginName: string
    readonly conclusion: string
    readonly violations: readonly unknown[]
    readonly suppressedViolations?: ReadonlyArray<{ readonly ruleName: string; readonly reason: string }>
  }>
}

let outdir: string
let report: Report

/** The example as it is deployed, with what it adds itself, and cdk-nag's packs beside it. */
beforeAll(async () => {
  outdir = mkdtempSync(join(tmpdir(), 'sallyport-test-'))
  vi.stubEnv('CDK_OUTDIR', outdir)
  vi.stubEnv('CDK_CONTEXT_JSON', JSON.stringify(JSON.parse(readFileSync('cdk.json', 'utf8')).context))
  const { app }: { app: App } = await import('../../bin/app.ts')
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app))
  app.synth({ force: true })
  report = JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8'))
})

afterAll(() => {
  vi.unstubAllEnvs()
  rmSync(outdir, { recursive: true, force: true })
})

test.each(['ZeroTrust', 'AwsSolutions', 'Serverless'])(
  'the example passes %s, and every acknowledgement has a reason',
  name => {
    const found = report.pluginReports.find(({ pluginName }) => pluginName === name)
    expect(found).toMatchObject({ conclusion: 'success', violations: [] })
    expect(found?.suppressedViolations?.length).toBeGreaterThan(0)
    for (const { ruleName, reason } of found?.suppressedViolations ?? [])
      expect(reason.length, ruleName).toBeGreaterThan(20)
  },
)

test('no checker is there that did not run', () => {
  expect(report.pluginReports.map(({ pluginName }) => pluginName)).toEqual([
    'ZeroTrust',
    'AwsSolutions',
    'Serverless',
  ])
})
