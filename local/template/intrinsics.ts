import { UnsupportedTemplateError } from '../unsupported.ts'

/** Account and region in which the app runs here. Not secret, not real: AWS's own documentation uses this account. */
export const place = { account: '123456789012', region: 'eu-west-1', partition: 'aws' } as const

const pseudoParameters: Readonly<Record<string, string>> = {
  'AWS::AccountId': place.account,
  'AWS::Region': place.region,
  'AWS::Partition': place.partition,
  'AWS::URLSuffix': 'amazonaws.com',
}

export interface References {
  /** What `Ref` of a resource gives. */
  ref(logicalId: string): string | undefined
  /** What `Fn::GetAtt` gives. */
  attribute(logicalId: string, name: string): string | undefined
  imported(exportName: string): unknown
}

/**
 * A template's value without CloudFormation's functions. Throws an `UnsupportedTemplateError` that names the place for a
 * function, reference or attribute that is not known here.
 */
export function resolve(value: unknown, references: References, at: string): unknown {
  if (Array.isArray(value)) return value.map((item, i) => resolve(item, references, `${at}.${i}`))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
  const [name, argument] = entries[0] ?? []
  if (entries.length === 1 && (name === 'Ref' || name === 'Condition' || name?.startsWith('Fn::'))) {
    return call(name as string, argument, references, at)
  }
  return Object.fromEntries(
    entries.map(([key, member]) => [key, resolve(member, references, `${at}.${key}`)]),
  )
}

function call(name: string, argument: unknown, references: References, at: string): unknown {
  switch (name) {
    case 'Ref':
      return ref(String(argument), references, at)
    case 'Fn::GetAtt':
      return getAtt(argument, references, at)
    case 'Fn::Join': {
      const [separator, parts] = resolve(argument, references, at) as [string, unknown[]]
      return parts.join(separator)
    }
    case 'Fn::Sub':
      return sub(argument, references, at)
    case 'Fn::GetAZs':
      return ['a', 'b', 'c'].map(zone => `${place.region}${zone}`)
    case 'Fn::ImportValue':
      return references.imported(String(resolve(argument, references, at)))
    case 'Fn::Split': {
      const [separator, text] = resolve(argument, references, at) as [string, string]
      return text.split(separator)
    }
    case 'Fn::Select': {
      const [index, list] = resolve(argument, references, at) as [number, unknown[]]
      return list[Number(index)]
    }
    default:
      throw new UnsupportedTemplateError(
        at,
        `${name} is not supported; supported: Ref, Fn::GetAtt, Fn::Join, Fn::Sub, Fn::ImportValue, Fn::Split, Fn::Select, Fn::GetAZs`,
      )
  }
}

function ref(name: string, references: References, at: string): string {
  return known(pseudoParameters[name] ?? references.ref(name), at, `Ref ${name}`)
}

function getAtt(argument: unknown, references: References, at: string): string {
  const [logicalId = '', attribute = ''] = Array.isArray(argument)
    ? argument
    : String(argument).split(/\.(.*)/s)
  return known(references.attribute(logicalId, attribute), at, `Fn::GetAtt ${logicalId}.${attribute}`)
}

function sub(argument: unknown, references: References, at: string): string {
  const [text, variables] = (Array.isArray(argument) ? argument : [argument, {}]) as [
    string,
    Record<string, unknown>,
  ]
  return text.replace(/\$\{(!?)([^}]+)\}/g, (_, literal: string, name: string) => {
    if (literal) return `\${${name}}`
    if (Object.hasOwn(variables, name)) return String(resolve(variables[name], references, at))
    return name.includes('.') && !name.includes('::')
      ? getAtt(name, references, at)
      : ref(name, references, at)
  })
}

function known(value: string | undefined, at: string, what: string): string {
  if (value !== undefined) return value
  throw new UnsupportedTemplateError(at, `${what} is not known to the local cloud`)
}
