import { isOfOneAccount } from '../policies/restricting.ts'
import { breach, type Rule } from '../rule.ts'
import { CannotTell } from '../template/cannot-tell.ts'

/** The confused deputy: of a service alone anyone's resources may call. */
export const functionPermission: Rule = {
  id: 'ZT-FUNCTION-PERMISSION',
  title: 'A function says whose events it takes, not only from which service',
  fix: 'Set SourceArn, or SourceAccount; for anyone (*) set PrincipalOrgID.',
  types: ['AWS::Lambda::Permission', 'AWS::Lambda::LayerVersionPermission'],
  *judge(permission) {
    const at = permission.get('Principal')
    const principal = at.text() ?? '*'
    const narrowing = [...accounts, ...(principal === alexa ? ['EventSourceToken'] : [])]
    if (
      narrowing.some(
        name => permission.get(name).isPresent && !/[*?]/.test(permission.get(name).text() ?? ''),
      )
    )
      return
    const source = permission.get('SourceArn').text() ?? ''
    if (source !== '' && isOfOneAccount(source)) return
    if (/[*?]/.test(principal)) yield breach(at, 'anyone may use it')
    else if (service.test(principal))
      yield breach(at, 'resources of any account may use it through that service')
    else if (!oneOfIam.test(principal)) throw new CannotTell(`${at.at} is neither a service nor of IAM`)
  },
}

const accounts = ['SourceAccount', 'PrincipalOrgID', 'OrganizationId']
const alexa = 'alexa-appkit.amazon.com'
const service = /\.(?:amazonaws\.com(?:\.cn)?|amazon\.com|\$\{AWS::URLSuffix\})$/
/** An account, an ARN, or a reference to what has one. */
const oneOfIam = /^(?:\d{12}$|arn:|\$\{)/
