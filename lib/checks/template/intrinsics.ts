import { CannotTell } from './cannot-tell.ts'

/** What names in a template mean. Each throws `CannotTell` for what is not known before deployment. */
export interface Scope {
  /** A resource's reference, or a parameter's value. */
  ref(name: string): unknown
  attribute(logicalId: string, name: string): unknown
  exported(name: string): unknown
  /** Whether it is a parameter whose value CloudFormation shows nobody. */
  hides(parameter: string): boolean
}

/**
 * What CloudFormation makes of a value, as far as it is settled at synth. A reference becomes text with a name that no literal has;
 * `AWS::NoValue` becomes undefined.
 */
export function resolve(raw: unknown, scope: Scope): unknown {
  const call = intrinsicOf(raw)
  if (!call) return raw
  const [name, argument] = call
  const intrinsic = Object.hasOwn(intrinsics, name) ? intrinsics[name] : undefined
  if (!intrinsic) throw new CannotTell(`${name} is decided at deployment`)
  return intrinsic(argument, scope)
}

function intrinsicOf(raw: unknown): [string, unknown] | undefined {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return undefined
  const [entry, ...more] = Object.entries(raw)
  if (!entry || more.length > 0) return undefined
  return entry[0] === 'Ref' || entry[0].startsWith('Fn::') ? entry : undefined
}

const intrinsics: Readonly<Record<string, (argument: unknown, scope: Scope) => unknown>> = {
  Ref: (name, scope) => reference(text(name, scope), scope),
  'Fn::GetAtt': (argument, scope) => {
    const [logicalId = '', ...attribute] =
      typeof argument === 'string'
        ? argument.split('.')
        : list(argument, scope).map(part => text(part, scope))
    return scope.attribute(logicalId, attribute.join('.'))
  },
  'Fn::ImportValue': (name, scope) => scope.exported(text(name, scope)),
  'Fn::Join': (argument, scope) => {
    const [delimiter, parts] = list(argument, scope)
    return list(parts, scope)
      .map(part => text(part, scope))
      .join(text(delimiter, scope))
  },
  'Fn::Sub': (argument, scope) => {
    const [template, variables] = Array.isArray(argument) ? argument : [argument, {}]
    return text(template, scope).replaceAll(/\$\{(!?)([^}]*)\}/g, (_, literal: string, name: string) => {
      if (literal) return `\${${name}}`
      if (isRecord(variables) && Object.hasOwn(variables, name)) return text(variables[name], scope)
      const [logicalId = '', ...attribute] = name.trim().split('.')
      const value =
        attribute.length > 0 ? scope.attribute(logicalId, attribute.join('.')) : reference(logicalId, scope)
      return text(value, scope)
    })
  },
  'Fn::Select': (argument, scope) => {
    const [index, from] = list(argument, scope)
    const values = list(from, scope)
    const chosen = values[Number(text(index, scope))]
    if (chosen === undefined) throw new CannotTell('Fn::Select takes what is not there')
    return resolve(chosen, scope)
  },
  'Fn::Split': (argument, scope) => {
    const [delimiter, source] = list(argument, scope)
    const whole = text(source, scope)
    // Where a reference's value would be split is not known before it has one.
    if (whole.includes('${')) throw new CannotTell('Fn::Split parts what is known at deployment')
    return whole.split(text(delimiter, scope))
  },
}

function reference(name: string, scope: Scope): unknown {
  if (name === 'AWS::NoValue') return undefined
  return name.startsWith('AWS::') ? `\${${name}}` : scope.ref(name)
}

function text(raw: unknown, scope: Scope): string {
  const value = resolve(raw, scope)
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return String(value)
  throw new CannotTell('an intrinsic function has an argument that is no text')
}

function list(raw: unknown, scope: Scope): unknown[] {
  const value = resolve(raw, scope)
  if (Array.isArray(value)) return value
  throw new CannotTell('an intrinsic function has an argument that is no list')
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
