import { writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { byDesign } from '../lib/acknowledged.ts'
import { rules } from '../lib/checks/rules/index.ts'
import { row } from './errors-page.ts'

/** docs/checks.md, from the rules. */
export function checksPage(): string {
  return [
    '# Checks',
    '',
    'Made from `lib/checks/` by `npm run docs`; a test compares the two.',
    '',
    '`ZeroTrustChecks` stops the synth of a CDK app whose templates do not keep the rules below. It is a validation plugin, as the packs of [cdk-nag](https://github.com/cdklabs/cdk-nag) are, and needs none of our constructs:',
    '',
    '```ts',
    "import { App, Validations } from 'aws-cdk-lib'",
    "import { ZeroTrustChecks } from 'sallyport/checks'",
    '',
    'const app = new App()',
    'Validations.of(app).addPlugins(new ZeroTrustChecks())',
    '```',
    '',
    'It is an entry of its own, so that an app that is only checked does not load compilers and constructs.',
    '',
    '## What it judges',
    '',
    '- What was synthesized: every template, of stages and nested stacks too, and OpenAPI documents, inline, included or as assets. References are followed from stack to stack.',
    '- **Unknown fails.** A value that is decided at deployment (a parameter, `Fn::If`, a dynamic reference, an import from outside the app, what a custom resource answers), a shape that no rule knows, a macro: nobody has shown that it is right. Such a finding is called `[unjudged]`.',
    '- What supports a resource from beside it (a bucket’s policy, a stage’s web ACL) counts only where it exists whenever the resource does.',
    '- Types of resources that no rule names pass. It is no replacement for cdk-nag: our example is tested with both.',
    '',
    '## Accepting a finding',
    '',
    'Each by itself, with a reason, at the construct or above it. CDK writes both to `cdk.out/validation-report.json`.',
    '',
    '```ts',
    "import { type CfnResource, Validations } from 'aws-cdk-lib'",
    '',
    'declare const api: CfnResource',
    'Validations.of(api).acknowledge({',
    "  id: 'ZeroTrust::ZT-API-ACCESS[GET /health]',",
    "  reason: 'The load balancer asks it, and it tells nothing.',",
    '})',
    '```',
    '',
    'The report says the id. Where a resource can have several findings of a rule, each has a name in brackets: an operation, an action, a variable, else its place. That something cannot be judged is acknowledged apart from that it is wrong, so neither hides the other. An acknowledgement without a reason, or of no rule, is a failure that cannot be acknowledged.',
    '',
    '## Rules',
    '',
    row('Id', 'What holds', 'How to mend it'),
    row('---', '---', '---'),
    ...rules.map(({ id, title, fix }) => row(`\`${id}\``, escaped(`${title}.`), escaped(fix))),
    '',
    '## What our constructs acknowledge themselves',
    '',
    'Only what is so by design and what no option of theirs changes, each at the construct that is the cause. What you can choose, you acknowledge: a web ACL, a throttle, tracing. So a run of cdk-nag shows what is yours to decide.',
    '',
    '- A route with `Access.public()`, for `ZT-API-ACCESS`: it was declared so, and `cdk diff` shows it. Preflights, where `cors` is declared.',
    '- For cdk-nag’s AwsSolutions and Serverless:',
    '',
    row('Id', 'Reason'),
    row('---', '---'),
    ...Object.values(byDesign).flatMap(part =>
      Object.entries(part).map(([id, reason]) => row(`\`${id.replace(/^.*?::/, '')}\``, reason)),
    ),
    '',
    'They can be read by their plugin alone: without cdk-nag they have no effect.',
    '',
  ].join('\n')
}

// Two asterisks would be emphasis.
const escaped = (text: string): string => text.replaceAll('*', '\\*')

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  writeFileSync('docs/checks.md', checksPage())
