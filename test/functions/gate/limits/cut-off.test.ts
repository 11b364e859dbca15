import { describe, expect, test } from 'vitest'
import { onceMoreIfCutOff, withoutGivingBack } from '../../../../functions/gate/limits/cut-off.ts'

const failing = (...codes: (string | null)[]) => {
  const tries: boolean[] = []
  const call = async (again: boolean) => {
    tries.push(again)
    const code = codes[tries.length - 1]
    if (code) throw Object.assign(new Error('failed'), { code })
    return 'answer'
  }
  return { call, tries }
}

describe('a connection that was cut off', () => {
  test.each(['ECONNRESET', 'EPIPE'])('(%s) is tried once more, which is said', async code => {
    const { call, tries } = failing(code, null)
    expect(await onceMoreIfCutOff(call)).toBe('answer')
    expect(tries).toEqual([false, true])
  })

  test('twice is a failure', async () => {
    const { call, tries } = failing('ECONNRESET', 'ECONNRESET', null)
    await expect(onceMoreIfCutOff(call)).rejects.toMatchObject({ code: 'ECONNRESET' })
    expect(tries).toHaveLength(2)
  })
})

test.each(['ETIMEDOUT', 'ECONNREFUSED', 'ENOTFOUND', 'AbortError'])(
  'any other failure (%s) is not tried again: a table in trouble needs less',
  async code => {
    const { call, tries } = failing(code, null)
    await expect(onceMoreIfCutOff(call)).rejects.toMatchObject({ code })
    expect(tries).toEqual([false])
  },
)

test('a second try counts again, and gives nothing back again', () => {
  const change = {
    add: new Map([
      ['c.1', 3],
      ['c.2', -2],
      ['c.3', 0],
    ]),
    remove: ['c.0'],
    expiresAt: 1,
  }
  expect(withoutGivingBack(change)).toEqual({
    ...change,
    add: new Map([
      ['c.1', 3],
      ['c.2', 0],
      ['c.3', 0],
    ]),
  })
})
