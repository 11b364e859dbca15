import type { PrincipalManifest } from '../../contract/upstream-manifest.ts'
import { checkObject, checkText, describeValue } from './checks.ts'
import { DeclarationError } from './declaration-error.ts'
import { isPrincipalHeader } from './reserved-headers.ts'

/**
 * What an upstream is told of who is calling, in headers. None of them is signed: an upstream can believe them only where nobody but
 * the gate can reach it, and `Credentials` are how it can tell. On public routes there are none.
 */
export class Principal {
  /** `sallyport-principal`: base64url of a JSON object `{ iss, sub, client_id }`, where the last may be missing. */
  static header(): Principal {
    return new Principal({ kind: 'header' })
  }

  /**
   * Claims of the caller's token, each in a header: `Principal.claims({ 'x-user-id': 'sub', 'x-tenant': 'tenant' })`. A token that
   * lacks one of them is refused (`principal.unusable`), as is a value that is not true, false, a whole number within ±2^53, or
   * text of 1 to 256 visible ASCII characters without a comma.
   *
   * @param headers by their names, which begin with `x-`: the claims
   */
  static claims(headers: Readonly<Record<string, string>>): Principal {
    return new Principal({ kind: 'claims', headers: readHeaders('Principal.claims', headers) })
  }

  /** Nothing. */
  static none(): Principal {
    return new Principal({ kind: 'none' })
  }

  readonly declared: PrincipalManifest

  private constructor(declared: PrincipalManifest) {
    this.declared = declared
  }

  /** In words, for the contract. */
  toString(): string {
    switch (this.declared.kind) {
      case 'header':
        return 'sallyport-principal'
      case 'none':
        return 'nothing'
      case 'claims':
        return this.declared.headers.map(({ header, claim }) => `${header} = ${claim}`).join(', ')
    }
  }
}

/** What an upstream's option `principal` says. Throws a `DeclarationError`. */
export function readPrincipal(at: string, given: unknown): Principal | undefined {
  if (given === undefined || given instanceof Principal) return given
  throw new DeclarationError({
    at,
    given: describeValue(given),
    allowed: 'Principal.header(), Principal.claims({ … }) or Principal.none()',
    fix: "for example principal: Principal.claims({ 'x-tenant': 'tenant' })",
  })
}

function readHeaders(at: string, given: Readonly<Record<string, string>>) {
  const fix = "write Principal.claims({ 'x-user-id': 'sub' })"
  checkObject(at, given, 'an object with a claim for each header', fix)
  const headers = Object.entries(given).map(([name, claim]) => {
    const header = name.toLowerCase()
    if (!isPrincipalHeader(header)) {
      throw new DeclarationError({
        at,
        given: `the header ${JSON.stringify(name)}`,
        allowed: 'names of letters, digits and hyphens that begin with x- and belong to no proxy',
        fix: 'choose a name of your own, for example x-tenant',
      })
    }
    return { header, claim: checkText(`${at} ${name}`, claim, { fix: 'name the claim whose value it is' }) }
  })
  const twice = headers.find(({ header }, i) => headers.findIndex(other => other.header === header) !== i)
  if (headers.length > 0 && !twice) return headers
  throw new DeclarationError({
    at,
    given: twice ? `"${twice.header}" twice, in different cases` : 'no header',
    allowed: 'one or more headers, each once',
    fix: twice ? 'remove one of the two' : `${fix}, or Principal.none()`,
  })
}
