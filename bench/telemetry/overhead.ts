import { figure, type Report } from '../figure.ts'
import { bytesOf } from '../pipeline/handled.ts'
import { type Batch, cpuOf } from '../pipeline/pipeline.ts'
import { measuredBy } from '../pipeline/typical-gate.ts'

/** `write`: nothing but one line that is ready, as long as those of `all`. */
export type Subject = 'off' | 'write' | 'metrics' | 'all'

export interface Samples {
  readonly whole: Readonly<Record<Subject, readonly Batch[]>>
  /** What one request writes. */
  readonly lines: { readonly metrics: string; readonly event: string }
}

/**
 * USD for a GB that CloudWatch Logs takes in, of the first 10 TB of a month that Lambda sends, in us-east-1.
 * https://aws.amazon.com/cloudwatch/pricing/ as of June 2026. CloudWatch's own overhead is 26 bytes for each line:
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
 */
const perGigabyte = 0.5
const bytesBesideLine = 26

/** What it costs to see everything: the gate's pipeline with a telemetry that does nothing, with metrics, and with the audit trail too. */
export async function telemetryCost(): Promise<Report> {
  const { whole, lines } = (await measuredBy(new URL('measure.ts', import.meta.url), {
    intoPipe: true,
  })) as Samples
  const baseline = cpuOf(whole.off)
  const written = (text: string) => bytesOf([text])
  const perMillion = (...texts: readonly string[]) =>
    (texts.reduce((sum, text) => sum + written(text) + bytesBesideLine, 0) * 1e6 * perGigabyte) / 2 ** 30
  return {
    title: 'What is measured and recorded of a request, for 2 KB in and 4 KB out',
    baseline: 'the same pipeline with a telemetry that does nothing',
    figures: [
      figure('telemetry.off.cpu', baseline, 'µs'),
      figure('telemetry.write.cpu', cpuOf(whole.write), 'µs', { baseline }),
      figure('telemetry.metrics.cpu', cpuOf(whole.metrics), 'µs', { baseline }),
      figure('telemetry.all.cpu', cpuOf(whole.all), 'µs', {
        baseline,
        goal: { of: 'ratio', atMost: 1.15 },
      }),
      // Waking whoever reads the log is the same for any log line.
      figure('telemetry.all-but-write.cpu', baseline + cpuOf(whole.all) - cpuOf(whole.write), 'µs', {
        baseline,
      }),
      figure('telemetry.metrics.line', written(lines.metrics), 'bytes'),
      figure('telemetry.event.line', written(lines.event), 'bytes'),
      figure('telemetry.metrics.per-million', perMillion(lines.metrics), 'USD'),
      figure('telemetry.all.per-million', perMillion(lines.metrics, lines.event), 'USD'),
    ],
  }
}
