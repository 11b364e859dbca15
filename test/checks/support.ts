import { violationName } from '../../lib/checks/acknowledgements.ts'
import { judge } from '../../lib/checks/judge.ts'
import type { RuleId, Verdict } from '../../lib/checks/rule.ts'
import { rules } from '../../lib/checks/rules/index.ts'
import { Templates } from '../../lib/checks/template/templates.ts'

export type Resources = Readonly<Record<string, unknown>>

/** One template, or several of an app by their stacks' names. */
export interface Case {
  readonly of: string
  readonly resources: Resources
  /** The rest of the template: parameters, outputs. */
  readonly sections?: Readonly<Record<string, unknown>>
  /** Templates of other stacks of the app. */
  readonly beside?: readonly unknown[]
  /** Files by the end of the text that says where they will be. */
  readonly assets?: Readonly<Record<string, unknown>>
  /** Its values alone show what is wrong: with others it is right. */
  readonly byValue?: true
  /** What the rule's findings are called, where there are several, or one of a name. @default - one, by the rule's id */
  readonly findings?: readonly string[]
}

/** Of one rule: templates that keep it, that break it, and of which it cannot tell. */
export interface Cases {
  readonly passes: readonly Case[]
  readonly breaks: readonly Case[]
  readonly unknown: readonly Case[]
}

export const resource = (
  type: string,
  properties: Readonly<Record<string, unknown>> = {},
  attributes: Readonly<Record<string, unknown>> = {},
) => ({ Type: `AWS::${type}`, Properties: properties, ...attributes })

/** `Fn::Sub`, with its variables in angle brackets. */
export const sub = (text: string) => ({ 'Fn::Sub': text.replaceAll(/<([^>]*)>/g, '$${$1}') })

export interface Judged {
  readonly verdict: Verdict
  /** As they are acknowledged, without the plugin's name. */
  readonly findings: readonly string[]
  readonly whys: readonly string[]
}

/** What one rule makes of all resources of a case that it is for. */
export function judged(id: RuleId, given: Case): Judged {
  const rule = rules.find(known => known.id === id)
  if (!rule) throw new Error(`no rule ${id}`)
  const app = appOf(given)
  const found = app.all
    .flatMap(({ resources }) => resources)
    .filter(({ type }) => rule.types.includes(type) || rule.types.includes('*'))
    .flatMap(each => judge(rule, each, app))
  return {
    verdict: found.some(({ verdict }) => verdict === 'unknown')
      ? 'unknown'
      : (found[0]?.verdict ?? 'compliant'),
    findings: found.map(({ name }) => violationName(rule, name)),
    whys: found.map(({ why }) => why),
  }
}

export function appOf({ resources, sections = {}, beside = [], assets = {} }: Case): Templates {
  const contents = [{ ...sections, Resources: resources }, ...beside]
  return new Templates(
    contents.map((content, index) => ({
      path: `/out/S${index}.template.json`,
      stackPath: `S${index}`,
      content,
    })),
    location => {
      const [path, content] = Object.entries(assets).find(([end]) => location.endsWith(end)) ?? []
      return path === undefined ? undefined : { path: `/out/${path}`, content }
    },
  )
}
