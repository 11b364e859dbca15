import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { App, Stack } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import {
  Access,
  DeclarationError,
  Issuer,
  Output,
  Upstream,
  ZeroTrustApi,
  type ZeroTrustApiProps,
} from 'sallyport'
import { onTestFinished } from 'vitest'
import { type AuthorizerManifest, readAuthorizerManifest } from '../../contract/authorizer-manifest.ts'
import type { FieldError } from '../../contract/decision.ts'
import { type GateManifest, readGateManifest } from '../../contract/gate-manifest.ts'
import { Findings } from '../../functions/gate/inputs/findings.ts'
import { type RouteValidators, validateCandidate } from '../../functions/gate/inputs/validation.ts'

export const login = Issuer.oidc('https://login.example.com', {
  audience: 'https://api.example.com',
  algorithms: ['ES256'],
})

/** Something to put behind a route where it does not matter what. */
export const ok = Upstream.stub(200, { ok: true })

/** What an upstream answers, where it does not matter what. */
export const anyOutput = Output.unsafeAny('a test of something else')

export interface Resource {
  readonly Type: string
  // biome-ignore lint/suspicious/noExplicitAny: a template is what these tests look into, not something they build upon
  readonly Properties: any
  readonly [attribute: string]: unknown
}
/** What is wrong with a request whose values were read: nothing, if it is valid. */
export type Judge = (candidate: unknown) => readonly FieldError[]
export type Resources = Readonly<Record<string, Resource>>

/** An app in a folder of its own, with the context of this repository's cdk.json. The folder goes when the test ends. */
export function newApp(context: Record<string, unknown> = repositoryContext()): App {
  const outdir = mkdtempSync(join(tmpdir(), 'sallyport-test-'))
  onTestFinished(() => rmSync(outdir, { recursive: true, force: true }))
  return new App({ outdir, context })
}

const repositoryContext = (): Record<string, unknown> =>
  JSON.parse(readFileSync('cdk.json', 'utf8')).context as Record<string, unknown>

export function newStack(): Stack {
  return new Stack(newApp(), 'S')
}

/** An API `S/Api` whose only issuer is {@link login}, not yet synthesized. */
export function newApi(props: ZeroTrustApiProps = { issuers: [login] }, stack = newStack()): ZeroTrustApi {
  return new ZeroTrustApi(stack, 'Api', props)
}

/** What became of an API that `declare` added routes to. */
export function synthesized(
  declare: (api: ZeroTrustApi) => unknown,
  props?: ZeroTrustApiProps,
  stack?: Stack,
) {
  const api = newApi(props, stack)
  declare(api)
  return artifactsOf(Stack.of(api))
}

export function artifactsOf(stack: Stack) {
  const template = Template.fromStack(stack)
  const { directory: outdir } = (stack.node.root as App).synth()
  const resources = (template.toJSON().Resources ?? {}) as Resources
  const entries = Object.entries(resources)
  const all = (type: string): Resource[] => entries.map(([, r]) => r).filter(r => r.Type === type)
  const only = (type: string): Resource => {
    const [found, ...others] = all(type)
    if (!found || others.length > 0) throw new Error(`${others.length + (found ? 1 : 0)} of ${type}`)
    return found
  }
  const functions = entries
    // Functions of the test's own have their code inline.
    .filter(([, { Type, Properties }]) => Type === 'AWS::Lambda::Function' && Properties.Code.S3Key)
    .map(([logicalId, resource]) => {
      const key = String(resource.Properties.Code.S3Key)
      const folder = join(outdir, `asset.${key.replace(/\.zip$/, '')}`)
      return { logicalId, resource, folder, manifest: readManifest(folder) }
    })
  const gates = functions.flatMap(fn => ('gate' in fn.manifest ? [{ ...fn, manifest: fn.manifest }] : []))
  const gate = (id: string) => {
    const found = gates.find(({ manifest }) => manifest.gate === id)
    if (!found) throw new Error(`no gate ${id}; there are ${gates.map(g => g.manifest.gate).join(', ')}`)
    return found
  }
  return {
    outdir,
    template,
    resources,
    all,
    only,
    functions,
    gates,
    gate,
    authorizer: functions.flatMap(fn =>
      'issuers' in fn.manifest ? [{ ...fn, manifest: fn.manifest }] : [],
    )[0],
    body: only('AWS::ApiGateway::RestApi').Properties.Body,
    /** What becomes of requests at a gate, by route: its validators as its function imports them. */
    validators: async (id: string): Promise<Record<string, Judge>> => {
      const { folder, manifest } = gate(id)
      const module = await import(/* @vite-ignore */ pathToFileURL(join(folder, 'validators.mjs')).href)
      const validators: Record<string, RouteValidators> = module.validators
      return Object.fromEntries(
        Object.entries(validators).map(([key, routeValidators]) => {
          const input = manifest.routes[key]?.input
          if (!input) throw new Error(`validators of ${key}, which is no route`)
          return [
            key,
            candidate => {
              const findings = new Findings()
              validateCandidate(input, candidate as never, routeValidators, findings)
              return findings.invalidity?.fields ?? []
            },
          ]
        }),
      )
    },
  }
}

function readManifest(folder: string): AuthorizerManifest | GateManifest {
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'))
  return manifest.format === 'sallyport/gate@1'
    ? readGateManifest(manifest)
    : readAuthorizerManifest(manifest)
}

/** The four parts of what a declaration is refused with. */
export function complaintOf(declare: () => unknown): {
  at: string
  given: string
  allowed: string
  fix: string
} {
  try {
    declare()
  } catch (error) {
    if (!(error instanceof DeclarationError)) throw error
    const parts = /^(?<at>.+?): (?<given>.+)\n {2}allowed: (?<allowed>.+)\n {2}fix: {5}(?<fix>.+)$/.exec(
      error.message,
    )
    if (parts?.groups) return parts.groups as ReturnType<typeof complaintOf>
    throw new Error(`not a complaint of four parts: ${error.message}`)
  }
  throw new Error('the declaration was accepted')
}

export const anyToken = Access.token()
