import { Aws } from 'aws-cdk-lib'
import {
  ConcreteWidget,
  GraphWidget,
  type IMetric,
  type IWidget,
  LegendPosition,
  type Metric,
  Row,
  SingleValueWidget,
  Stats,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch'
import type { MetricProps } from '../metric-of.ts'

/** Red is ours, or an upstream's, to mend. What callers are refused is grey or blue: it is the gateway at work. */
export const colors = {
  traffic: '#2f6fed',
  gateway: '#8fb4ff',
  refused: '#7d8998',
  error: '#d13212',
  failing: '#ff9900',
  quantiles: ['#a8c7a0', '#3a9188', '#1b4f72'],
  places: ['#2f6fed', '#8fb4ff', '#7d8998', '#1b4f72', '#b4bcc6', '#3a9188'],
} as const

export interface Graph {
  readonly title: string
  /** What the left axis counts in. */
  readonly unit: string
  readonly left: IMetric[]
  readonly right?: { readonly unit: string; readonly metrics: IMetric[] }
  readonly stacked?: boolean
  /** Of 24 columns. @default 6 */
  readonly width?: number
}

export const graph = ({ title, unit, left, right, stacked = false, width = 6 }: Graph): IWidget =>
  new GraphWidget({
    title,
    left,
    leftYAxis: axis(unit),
    ...(right && { right: right.metrics, rightYAxis: axis(right.unit) }),
    stacked,
    width,
    height: 6,
    legendPosition: LegendPosition.BOTTOM,
  })

const axis = (label: string) => ({ label, min: 0, showUnits: false })

export const text = (markdown: string, height: number, width = 24): IWidget =>
  new TextWidget({ markdown, width, height })

/** A few numbers of the whole time that is shown. */
export const numbers = (title: string, metrics: IMetric[], width: number): IWidget =>
  new SingleValueWidget({ title, metrics, width, height: 3, setPeriodToTimeRange: true })

/** p50, p90 and p99 of what takes milliseconds. */
export const quantiles = (title: string, metric: (props: MetricProps) => Metric): IWidget =>
  graph({
    title,
    unit: 'ms',
    left: [50, 90, 99].map((percent, i) =>
      metric({ statistic: Stats.p(percent), label: `p${percent}`, color: colors.quantiles[i] }),
    ),
  })

/**
 * Those who contribute most to a rule of Contributor Insights. CDK has no such widget.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
 */
export class ContributorsWidget extends ConcreteWidget {
  readonly #title: string
  readonly #ruleName: string

  constructor(title: string, ruleName: string) {
    super(12, 7)
    this.#title = title
    this.#ruleName = ruleName
  }

  // biome-ignore lint/suspicious/noExplicitAny: IWidget of CDK has it so
  toJson(): any[] {
    const { width, height, x, y } = this
    const properties = {
      title: this.#title,
      region: Aws.REGION,
      view: 'timeSeries',
      stacked: false,
      period: 300,
      insightRule: { ruleName: this.#ruleName, maxContributorCount: 10, orderBy: 'Sum' },
      yAxis: { left: axis('requests') },
      legend: { position: 'right' },
    }
    return [{ type: 'metric', width, height, x, y, properties }]
  }
}

/** Side by side. */
export const row = (...widgets: IWidget[]): IWidget => new Row(...widgets)
