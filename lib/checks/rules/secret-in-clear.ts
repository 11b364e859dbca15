import { apart, breach, type Finding, type Rule } from '../rule.ts'
import { known } from '../template/cannot-tell.ts'
import type { Resource } from '../template/template.ts'
import type { Value } from '../template/value.ts'

interface Place {
  readonly name: string
  readonly at: string
  readonly value: Value
  /** Whether whatever stands there is secret, by the place alone. */
  readonly isSecret: boolean
  /** Whether it is shown to whoever may read the resource. */
  readonly isShown: boolean
}

/** Only names are in its findings: what it reads may be a secret. */
export const secretInClear: Rule = {
  id: 'ZT-SECRET-IN-CLEAR',
  title: 'No secret stands in a template, or in what can be read of a configuration',
  fix: 'Name a secret (Secrets Manager, or a SecureString of Systems Manager) that is read at run time.',
  types: [
    'AWS::Lambda::Function',
    'AWS::ECS::TaskDefinition',
    'AWS::CodeBuild::Project',
    'AWS::SecretsManager::Secret',
    'AWS::RDS::DBCluster',
    'AWS::RDS::DBInstance',
  ],
  *judge(resource) {
    yield* apart(placesOf(resource), place => place, judgePlace)
  },
}

function placesOf(resource: Resource): Place[] {
  const plain = (name: string): Place[] => {
    const value = resource.get(name)
    return [{ name, at: value.at, value, isSecret: true, isShown: false }]
  }
  if (resource.type === 'AWS::SecretsManager::Secret') return plain('SecretString')
  // With a reference to a secret it is CloudFormation that reads it, and the database that has it.
  if (resource.type.startsWith('AWS::RDS::'))
    return plain('MasterUserPassword').filter(({ value }) => !value.isFilledWithSecret)
  if (resource.type === 'AWS::Lambda::Function')
    return resource
      .get('Environment', 'Variables')
      .members()
      .map(([name, value]) => variable(name, value))
  const listed =
    resource.type === 'AWS::ECS::TaskDefinition'
      ? resource
          .get('ContainerDefinitions')
          .items()
          .flatMap(container => container.get('Environment').items())
      : resource
          .get('Environment', 'EnvironmentVariables')
          .items()
          .filter(each => (each.get('Type').text() ?? 'PLAINTEXT') === 'PLAINTEXT')
  return listed.map(each => variable(each.get('Name').text() ?? '', each.get('Value')))
}

const variable = (name: string, value: Value): Place => ({
  name,
  at: value.at,
  value,
  isSecret: namesSecret(name),
  isShown: true,
})

function* judgePlace({ name, value, isSecret, isShown }: Place): Iterable<Finding> {
  if (value.isFilledWithSecret || (isShown && value.isHidden)) {
    yield breach(
      value,
      `${name} is filled with a secret that anyone reads who may read the configuration`,
      name,
    )
    return
  }
  const text = isSecret ? value.text() : known(() => value.text())
  // A reference gives the name of a resource.
  if (text === undefined || text === '' || /\$\{(?:#|AWS::)/.test(text)) return
  if (isSecret || looksSecret(text)) yield breach(value, `${name} has its value in the template`, name)
}

const secretWords =
  /(?:password|passwd|passphrase|secret)s?(?:_|$)|(?:^|_)(?:pass|pat)$|(?:^|_)(?:pwd|token|credentials?|(?:api|private|access|signing|encryption|master|auth)_?key|key)s?(?:_|$)/
// It is about the secret, and not the secret.
const aboutSecrets =
  /_(?:arn|name|id|ids|url|uri|endpoint|path|ttl|seconds|minutes|ms|size|table|bucket|prefix|parameter|param|region|version|issuer|audience|algorithms?|enabled|header|length|type|kind|count|alias)$/
const harmlessKeys =
  /(?:^|_)(?:public|partition|sort|primary|foreign|object|s3|cache|index|hash|range)_?keys?$/

function namesSecret(name: string): boolean {
  const words = name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll('-', '_')
    .toLowerCase()
  return secretWords.test(words) && !aboutSecrets.test(words) && !harmlessKeys.test(words)
}

/** AWS's access keys, PEM, tokens of GitHub, GitLab, Slack and Stripe, JWTs. */
const looksSecret = (text: string): boolean =>
  /(?:^|\W)A(?:KIA|SIA)[A-Z0-9]{16}(?:\W|$)|-----BEGIN [A-Z ]*PRIVATE KEY|gh[pousr]_\w{30}|github_pat_\w{30}|glpat-[\w-]{20}|[rs]k_live_\w{20}|xox[abpr]-|eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+|:\/\/[^/\s:@]+:[^/\s:@]+@/.test(
    text,
  )
