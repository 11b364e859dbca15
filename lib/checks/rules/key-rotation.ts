import { breach, type Rule } from '../rule.ts'

/** @see https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html */
export const keyRotation: Rule = {
  id: 'ZT-KEY-ROTATION',
  title: 'Keys that AWS can renew are renewed',
  fix: 'Set EnableKeyRotation to true.',
  types: ['AWS::KMS::Key'],
  *judge(key) {
    // Keys of other kinds, and of other origins, KMS does not rotate by itself.
    if ((key.get('KeySpec').text() ?? 'SYMMETRIC_DEFAULT') !== 'SYMMETRIC_DEFAULT') return
    if ((key.get('Origin').text() ?? 'AWS_KMS') !== 'AWS_KMS') return
    const at = key.get('EnableKeyRotation')
    if (at.flag() !== true) yield breach(at, 'it stays the same for ever')
  },
}
