import {
  GetSecretValueCommand,
  ListSecretsCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AwsService } from '../../../local/network/aws-service.ts'
import { startSecretsApi } from '../../../local/secrets/api.ts'
import {
  hasValue,
  isNamed,
  type LocalSecret,
  readSecret,
  refuseUnknown,
  type SecretValues,
  secretNamed,
  textOf,
  withImported,
} from '../../../local/secrets/values.ts'

const arn = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:crm/gate-a1B2c3'
const secret = readSecret({ ref: arn, path: 'S/Certificate' })
const names = ['crm/gate', arn, arn.slice(0, -7), 'S/Certificate']

describe('a secret', () => {
  it.each(names)('is named by %s', given => {
    expect(isNamed(secret, given)).toBe(true)
    expect(textOf(secret, { [given]: 'a' })).toBe('a')
    expect(hasValue(secret, { [given]: 'a' })).toBe(true)
  })

  it.each(['crm', 'crm/gate-a1B2c3', 'gate', `${arn}x`, ''])('is not named by %j', given => {
    expect(isNamed(secret, given)).toBe(false)
    expect(textOf(secret, { [given]: 'a' })).toBeUndefined()
    expect(hasValue(secret, { [given]: 'a' })).toBe(false)
  })

  it('that is imported is known by its ARN, and one of the app only once', () => {
    const imported = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:billing-XyZ123'
    expect(withImported([secret], [arn, arn.slice(0, -7), imported, imported])).toEqual([
      secret,
      { arn: imported, name: 'billing', path: 'billing-XyZ123' },
    ])
  })

  it('that is imported by a name with six characters at its end is not taken for another', () => {
    const partial = (name: string) => `arn:aws:secretsmanager:eu-west-1:123456789012:secret:${name}`
    const [client, crm] = withImported([], [partial('crm-client'), partial('crm')])
    if (!client || !crm) throw new Error('not imported')
    expect(secretNamed([client, crm], partial('crm'))).toBe(crm)
    expect(secretNamed([client, crm], partial('crm-client'))).toBe(client)
    const values = { crm: 'of crm', 'crm-client': 'of the client' }
    expect([textOf(crm, values), textOf(client, values)]).toEqual(['of crm', 'of the client'])
    expect(() => refuseUnknown([client], { 'crm-client': 'a' })).not.toThrow()
  })

  // Whether the end of an imported ARN is what AWS appended, nobody can tell here: fromSecretNameV2 has the name alone.
  it.each(['crm/our-secret', 'crm/gate'])('that is imported by its name is known by that: %s', name => {
    const [imported] = withImported([], [`${arn.replace(/[^:]+$/, '')}${name}`])
    if (!imported) throw new Error('none')
    expect(isNamed(imported, name)).toBe(true)
    expect(() => refuseUnknown([imported], { [name]: 'a' })).not.toThrow()
    expect(() => refuseUnknown([imported], { other: 'a' })).toThrow(`its secrets are ${name}`)
  })

  it('that the app does not have can be given no value', () => {
    expect(() => refuseUnknown([secret], { 'crm/gate': 'a' })).not.toThrow()
    expect(() => refuseUnknown([secret], { 'crm/gaet': 'a' })).toThrow(
      '--secret crm/gaet: the app has no such secret; its secrets are S/Certificate',
    )
    expect(() => refuseUnknown([], { a: 'a' })).toThrow('its secrets are none')
  })
})

describe('the secrets API, called with the AWS SDK', () => {
  let api: AwsService
  let client: SecretsManagerClient
  let values: SecretValues
  beforeEach(async () => {
    values = { [arn]: 'one' }
    api = await startSecretsApi({
      read(id) {
        const known: LocalSecret | undefined = isNamed(secret, id) ? secret : undefined
        const value = known && textOf(known, values)
        return known && value !== undefined ? { secret: known, value } : undefined
      },
    })
    client = new SecretsManagerClient({
      endpoint: api.origin,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      maxAttempts: 1,
    })
  })
  afterEach(async () => {
    client.destroy()
    await api.close()
  })
  const get = (SecretId: string, more = {}) => client.send(new GetSecretValueCommand({ SecretId, ...more }))

  it.each(names)('gives the value of %s, with its name and ARN', async id => {
    expect(await get(id)).toMatchObject({
      ARN: arn,
      Name: 'crm/gate',
      SecretString: 'one',
      VersionStages: ['AWSCURRENT'],
    })
  })

  it('gives another value another version, and the same value the same', async () => {
    const versionOf = async (value: string) => {
      values = { [arn]: () => value }
      return (await get(arn)).VersionId
    }
    const version = await versionOf('one')
    expect(version).toMatch(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    expect(await versionOf('two')).not.toBe(version)
    expect(await versionOf('one')).toBe(version)
  })

  it('knows no secret that it was not told of, and none without a value', async () => {
    await expect(get('other')).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
    values = {}
    await expect(get(arn)).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
  })

  it('says what it does not do, and nothing of what went wrong with a file', async () => {
    await expect(get(arn, { VersionStage: 'AWSPREVIOUS' })).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: expect.stringContaining('VersionStage'),
    })
    await expect(client.send(new ListSecretsCommand({}))).rejects.toMatchObject({
      name: 'UnknownOperationException',
    })
    values = {
      [arn]: () => {
        throw new Error('ENOENT /home/k3wz9q')
      },
    }
    await expect(get(arn)).rejects.toMatchObject({ message: 'the local value cannot be read' })
  })

  it('answers no page', async () => {
    const response = await fetch(api.origin, {
      method: 'POST',
      headers: { origin: 'https://evil.example.com', 'x-amz-target': 'secretsmanager.GetSecretValue' },
      body: JSON.stringify({ SecretId: arn }),
    })
    expect(response.status).toBe(403)
  })
})
