import { describe, expect, it } from 'vitest'
import { roleCredentials } from '../../functions/runtime/credentials.ts'
import { defaultProvider } from '../../functions/runtime/no-credential-chain.ts'

const role = { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret', AWS_SESSION_TOKEN: 'session' }

describe('credentials of a function', () => {
  it('are those of its environment', async () => {
    await expect(roleCredentials(role)()).resolves.toEqual({
      accessKeyId: 'id',
      secretAccessKey: 'secret',
      sessionToken: 'session',
    })
  })

  it.each(['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'])(
    'are refused without %s, and looked for nowhere else',
    async missing => {
      await expect(roleCredentials({ ...role, [missing]: undefined })()).rejects.toThrow('no credentials')
    },
  )

  it('are not found by a client that was given none', async () => {
    await expect(defaultProvider()()).rejects.toThrow('without credentials')
  })
})
