import {
  CloudWatchClient,
  DescribeInsightRulesCommand,
  GetDashboardCommand,
} from '@aws-sdk/client-cloudwatch'
import { clientOptions } from '../deployed.ts'
import type { Reader } from './reader.ts'

export const dashboard: Reader = {
  declared: ({ DashboardBody, ...rest }) => ({ ...rest, DashboardBody: JSON.parse(DashboardBody as string) }),
  async read(origin, { physicalId: DashboardName }) {
    const client = new CloudWatchClient(clientOptions(origin))
    const { DashboardBody = '{}' } = await client.send(new GetDashboardCommand({ DashboardName }))
    return { DashboardBody: JSON.parse(DashboardBody) }
  },
}

export const insightRule: Reader = {
  async read(origin, { physicalId }) {
    const client = new CloudWatchClient(clientOptions(origin))
    const { InsightRules = [] } = await client.send(new DescribeInsightRulesCommand({}))
    const found = InsightRules.find(({ Name }) => Name === physicalId)
    return { RuleName: found?.Name, RuleState: found?.State, RuleBody: found?.Definition }
  },
}
