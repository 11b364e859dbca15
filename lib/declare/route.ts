import { Access } from './access.ts'
import { checkFlag, checkObject, checkOptions, checkText, describeValue } from './checks.ts'
import { DeclarationError } from './declaration-error.ts'
import type { DeclaredInput } from './input.ts'
import type { ParsedTemplate } from './path-template.ts'
import { type RouteBase, routeOptions } from './route-props.ts'

/** Refuses what cannot be declared of a route, whatever its schemas say. */
export function checkRoute(
  at: string,
  { method, parameters }: ParsedTemplate,
  props: RouteBase<string> & { readonly input?: DeclaredInput },
): void {
  checkOptions(at, props, routeOptions)
  checkAccess(at, props.access, parameters)
  checkForwarding(at, props)
  checkFlag(`${at} logUndeclared`, props.logUndeclared, 'write logUndeclared: true to have them logged')
  if (props.input !== undefined)
    checkObject(`${at} input`, props.input, 'an object', 'write input: { query: { … } }')
  const hasBody = props.input?.body !== undefined
  if (hasBody && (method === 'GET' || method === 'HEAD')) {
    throw new DeclarationError({
      at: `${at} input.body`,
      given: `a body on ${method}`,
      allowed: 'a body on POST, PUT, PATCH, DELETE',
      fix: 'declare query parameters; a body here has no meaning (RFC 9110 §9.3.1)',
    })
  }
  if (!hasBody && props.maxBody !== undefined) {
    throw new DeclarationError({
      at: `${at} maxBody`,
      given: 'the size of a body that is not declared',
      allowed: 'maxBody where there is input.body',
      fix: 'remove it: without input.body no body is let through; or declare input.body',
    })
  }
}

function checkAccess(at: string, access: Access | undefined, parameters: readonly string[]): void {
  if (!(access instanceof Access)) {
    throw new DeclarationError({
      at,
      given: access === undefined ? 'no access rule' : `access ${describeValue(access)}`,
      allowed: 'Access.token({ … }) or Access.public()',
      fix: 'say who may use this route; public is a word you must write',
    })
  }
  for (const { claim, pathParameter } of access.bindings) {
    if (parameters.includes(pathParameter)) continue
    throw new DeclarationError({
      at: `${at} access.claims.${claim}`,
      given: `equalsPath: "${pathParameter}", which the path does not have`,
      allowed: parameters.join(', ') || 'nothing: the path has no parameters',
      fix: 'name a parameter of this path',
    })
  }
}

function checkForwarding(at: string, { access, forwardAuthorization }: RouteBase<string>): void {
  if (forwardAuthorization === undefined) return
  const option = `${at} forwardAuthorization`
  const fix = "write forwardAuthorization: { reason: 'it calls another API for the caller' }"
  checkObject(option, forwardAuthorization, 'an object with reason', fix)
  checkOptions(option, forwardAuthorization, ['reason'])
  checkText(`${option}.reason`, forwardAuthorization.reason, { fix })
  if (access.kind === 'token') return
  throw new DeclarationError({
    at: option,
    given: 'a token on a public route, which nobody has verified',
    allowed: 'forwardAuthorization where there is Access.token',
    fix: 'remove it, or ask for a token',
  })
}
