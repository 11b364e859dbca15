import { breach, type Rule } from '../rule.ts'

export const functionUrl: Rule = {
  id: 'ZT-FUNCTION-URL',
  title: 'A function’s own URL asks who is calling',
  fix: 'Set AuthType to AWS_IAM, or put the function behind an API.',
  types: ['AWS::Lambda::Url'],
  *judge(url) {
    const at = url.get('AuthType')
    if (at.text() !== 'AWS_IAM') yield breach(at, 'anyone may call it')
  },
}
