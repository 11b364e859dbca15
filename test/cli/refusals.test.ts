import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { afterAll, describe, expect, it } from 'vitest'
import {
  appOf,
  createProject,
  health,
  nothingIsLeft,
  type Project,
  removeProjects,
  run,
  runWithTsx,
  sallyport,
} from './support.ts'

const crm =
  "api.addRoute('GET /deals', { upstream: Upstream.http('https://crm.example.com'), output, access: Access.token() })"

interface Case {
  readonly when: string
  readonly args: readonly string[]
  /** Text of app.ts. @default an app that is right */
  readonly app?: string
  readonly files?: Readonly<Record<string, string>>
  /** Everything on stderr. */
  readonly says: RegExp
}

const dev = ['dev', '--port', '0']
const withTsx = { 'cdk.json': JSON.stringify({ app: runWithTsx('app.ts') }) }

const cases: readonly Case[] = [
  {
    when: 'an app that does not compile',
    args: dev,
    app: appOf("api.addRoute('GET /health', {").replace('app.synth()', ') app.synth()'),
    files: withTsx,
    says: /^✗ .*app\.ts failed\n\n {2}Error.*: Transform failed with 1 error:\n {2}app\.ts:9:0: ERROR: .+\n {4}at: {6}app\.ts:9\n {4}line: {4}\) app\.synth\(\)\n$/,
  },
  {
    when: 'an app that does not compile, to Node',
    args: ['routes'],
    app: 'const x = (1 + ;\n',
    says: /^✗ .*app\.ts failed\n\n {2}SyntaxError.*: .+\n {4}at: {6}app\.ts:1\n {4}line: {4}const x = \(1 \+ ;\n$/,
  },
  {
    when: 'an app that imports what is not there',
    args: ['routes'],
    app: "import 'sallyprot'\n",
    says: /^✗ .*app\.ts failed\n\n {2}Error \[ERR_MODULE_NOT_FOUND\]: Cannot find package 'sallyprot' .+\n$/,
  },
  {
    when: 'a trail to be written of an app that has none',
    args: [...dev, '--audit', 'trail'],
    says: /^✗ --audit: the app has no audit trail, so nothing would be written\n {2}fix: declare one: new ZeroTrustApi\(…, \{ audit: new AuditTrail\(…\) \}\)\n$/,
  },
  {
    when: 'a route without access, with route, given, allowed, fix and the line',
    args: dev,
    app: appOf("api.addRoute('GET /health', { upstream: ok })"),
    files: withTsx,
    says: /^✗ .*app\.ts failed\n\n {2}route "GET \/health" of S\/Api: no access rule\n {4}allowed: Access\.token\(\{ … \}\) or Access\.public\(\)\n {4}fix: {5}say who may use this route; public is a word you must write\n {4}at: {6}app\.ts:8\n$/,
  },
  {
    when: 'a misspelt path parameter in a file below lib/, where CDK apps have their stacks',
    args: ['routes'],
    app: "import './lib/stack.ts'\n",
    files: {
      ...withTsx,
      'lib/stack.ts': appOf(
        "api.addRoute('GET /deals/{dealId}', { upstream: ok, access: Access.token(), input: { path: { id: { type: 'string' } } } })",
      ),
    },
    says: /^✗ .*\n\n {2}route "GET \/deals\/\{dealId\}" of S\/Api input\.path: "id", which the path does not have\n {4}allowed: dealId\n {4}fix: {5}rename "id" to "dealId"\n {4}at: {6}lib\/stack\.ts:8\n$/,
  },
  {
    when: 'two issuers alike',
    args: dev,
    app: appOf(
      health,
      ['a', 'b']
        .map(a => `Issuer.oidc('https://login.example.com', { audience: '${a}', algorithms: ['ES256'] })`)
        .join(', '),
    ),
    says: /^✗ .*\n\n {2}S\/Api issuers: the issuer "https:\/\/login\.example\.com" twice\n {4}allowed: each issuer once\n {4}fix: .+\n {4}at: {6}app\.ts:6\n$/,
  },
  {
    when: 'an upstream that no route uses',
    args: ['openapi'],
    app: appOf(`api.addUpstream('Idle', Upstream.http('https://idle.example.com'))\n${health}`),
    says: /^✗ .*app\.ts failed\n\n {2}Validation failed with the following errors:\n {4}\[S\/Api\] S\/Api\/Idle has no route: use it in addRoute, or remove it\n {4}at: {6}app\.ts:\d+\n$/,
  },
  {
    when: 'an app that throws something of its own',
    args: ['routes'],
    app: "throw new TypeError('no such region')\n",
    says: /^✗ .*\n\n {2}TypeError: no such region\n {4}at: {6}app\.ts:1\n$/,
  },
  {
    when: 'an app that ends without a word',
    args: ['routes'],
    app: 'process.exitCode = 3\n',
    says: /^✗ .*app\.ts failed\n\n {2}it printed nothing, and ended with exit code 3\n$/,
  },
  {
    when: 'an app that writes no assembly',
    args: dev,
    app: "console.log('hello')\n",
    says: /^✗ the app wrote no cloud assembly: .*app\.ts\n {2}fix: let it end with app\.synth\(\)\n$/,
  },
  {
    when: 'a command that does not exist',
    args: ['routes', '--app', 'no-such-command'],
    says: /^✗ no-such-command failed\n\n {2}.*no-such-command.*not found\n$/,
  },
  {
    when: 'a build that fails',
    args: ['routes'],
    files: { 'cdk.json': JSON.stringify({ build: 'echo the build is broken && false', app: run('app.ts') }) },
    says: /^✗ echo the build is broken && false failed\n\n {2}the build is broken\n$/,
  },
  {
    when: 'a resource that the local cloud does not run, by its name',
    args: dev,
    app: appOf(`${health}\nnew CfnQueue(stack, 'Jobs')`).replace(
      /^/,
      "import { CfnQueue } from 'aws-cdk-lib/aws-sqs'\n",
    ),
    says: /^✗ S\.Jobs: AWS::SQS::Queue is not run by the local cloud; it runs AWS::ApiGateway::RestApi, .+\n {2}fix: all stacks of an app run here, so .+ --app "<command>"\n$/,
  },
  {
    when: 'a function with its code inline, by the construct’s path',
    args: dev,
    app: `import { Code, Function, Runtime } from 'aws-cdk-lib/aws-lambda'\n${appOf(
      `${health}\nnew Function(stack, 'Jobs', { runtime: Runtime.NODEJS_24_X, handler: 'index.handler', code: Code.fromInline('//') })`,
    )}`,
    says: /^✗ S\/Jobs: the function has its code inline in the template; .+\n {2}fix: put the code into a folder of its own and use lambda\.Code\.fromAsset\(folder\)\n$/,
  },
  ...(['dev', 'routes', 'openapi'] as const).map(command => ({
    when: `two APIs, to ${command}`,
    args: command === 'dev' ? dev : [command],
    app: appOf(
      `${health}\nnew ZeroTrustApi(stack, 'B').addRoute('GET /', { upstream: ok, access: Access.public() })`,
    ),
    says: {
      dev: /^✗ AWS::ApiGateway::RestApi: the app has 2 REST APIs \(S\.Api\w+, S\.B\w+\) and 2 stages \(.+\); the local cloud runs one API with one stage\n {2}fix: .+--app .+\n$/,
      routes: /^✗ the app has 2 APIs; this command is for an app with one\n {2}fix: .+\n$/,
      openapi: /^✗ the app has 2 APIs; this command is for an app with one\n {2}fix: .+\n$/,
    }[command],
  })),
  ...['--upstream', '--issuer'].map(option => ({
    when: `a path behind the local server of ${option}`,
    args: [...dev, option, 'https://login.example.com=http://127.0.0.1:4000/foo'],
    says: /^error: option .+ is invalid\. A local server is named by host and port alone, as requests keep the path they have: https:\/\/login\.example\.com=http:\/\/127\.0\.0\.1:4000\n/,
  })),
  {
    when: 'two local servers for one upstream',
    args: [
      ...dev,
      ...['4001', '4002'].flatMap(port => ['--upstream', `https://crm.example.com=http://127.0.0.1:${port}`]),
    ],
    says: /^error: option .+ is invalid\. https:\/\/crm\.example\.com is given twice\.\n/,
  },
  {
    when: 'an upstream mapping that no route goes to',
    args: [...dev, '--upstream', 'https://crn.example.com=http://127.0.0.1:4001'],
    app: appOf(crm),
    says: /^✗ --upstream https:\/\/crn\.example\.com: no route of the app goes there; its HTTP upstreams are https:\/\/crm\.example\.com\n$/,
  },
  {
    when: 'an issuer mapping that the app does not declare',
    args: [...dev, '--issuer', 'https://other.example.com=http://127.0.0.1:4001'],
    says: /^✗ --issuer https:\/\/other\.example\.com: the app declares no such issuer; it declares https:\/\/login\.example\.com\n$/,
  },
  ...['crm=4001', 'https://crm.example.com', 'http://crm.example.com=http://127.0.0.1:1'].map(mapping => ({
    when: `the malformed mapping ${mapping}`,
    args: [...dev, '--upstream', mapping],
    says: /^error: option '--upstream <origin=local>' argument '.+' is invalid\. It is https:\/\/production\.name=http:\/\/127\.0\.0\.1:port\n/,
  })),
  {
    when: 'an upstream of another machine that speaks TLS itself',
    args: [...dev, '--upstream', 'https://crm.example.com=tls://10.0.0.1:443'],
    says: /^error: option '--upstream <origin=local>' argument '.+' is invalid\. It is https:\/\/production\.name=tls:\/\/127\.0\.0\.1:port\n/,
  },
  {
    when: 'an issuer that speaks TLS itself',
    args: [...dev, '--issuer', 'https://login.example.com=tls://127.0.0.1:1'],
    says: /^error: option '--issuer <issuer=local>' argument '.+' is invalid\. It is https:\/\/production\.name=http:\/\/127\.0\.0\.1:port\n/,
  },
  ...['crm', 'crm=/nowhere'].map(given => ({
    when: `the secret ${given}`,
    args: [...dev, '--secret', given],
    says: /^error: option '--secret <name=file>' argument '.+' is invalid\. It is <name>=<file>, and the file is there\.\n/,
  })),
  {
    when: 'a port that is none',
    args: ['dev', '--port', '65536'],
    says: /^error: option '--port <port>' argument '65536' is invalid\. It is a whole number from 0 to 65535\.\n/,
  },
  {
    when: 'a folder without an app',
    args: dev,
    files: { 'cdk.json': '{}' },
    says: /^✗ no app to run: give --app "<command>", or a cdk\.json with "app" in this folder\n$/,
  },
  {
    when: 'a cdk.json that is not JSON',
    args: dev,
    files: { 'cdk.json': '{' },
    says: /^✗ \S+cdk\.json is not valid JSON: .+\n$/,
  },
  {
    when: 'a token where no local cloud runs',
    args: ['token'],
    says: /^✗ no local cloud is running for this folder; start one with: sallyport dev\n$/,
  },
  {
    when: 'a command that is none',
    args: ['serve'],
    says: /^error: unknown command 'serve'\n/,
  },
  {
    when: 'an option that is none',
    args: ['dev', '--prot', '0'],
    says: /^error: unknown option '--prot'\n/,
  },
]

afterAll(removeProjects)

function projectFor({ app = appOf(health), files = {} }: Pick<Case, 'app' | 'files'>): Project {
  const project = createProject(app)
  for (const [file, text] of Object.entries(files)) project.write(file, text)
  return project
}

describe.concurrent('says in one error what is wrong, and leaves nothing running, given', () => {
  for (const { when, args, says, ...rest } of cases) {
    it(when, async () => {
      const project = projectFor(rest)
      const { code, out, err } = await sallyport(project, ...args)
      expect(err).toMatch(says)
      expect(err).not.toMatch(/^\s+at .+:\d+:\d+\)?$/m)
      expect(out).toBe('')
      expect(code).toBe(1)
      await nothingIsLeft(project)
    })
  }

  it.each(['--port', '--page-port'])(
    'a %s that is taken, before the app is even synthesized',
    async option => {
      const server = createServer().listen(0, '127.0.0.1')
      await once(server, 'listening')
      const { port } = server.address() as AddressInfo
      const project = projectFor({ app: 'throw new Error("never run")' })
      const { code, err } = await sallyport(project, ...dev, option, String(port))
      server.close()
      expect(err).toBe(
        `✗ ${option} ${port}: something else listens there already; choose another, or 0 for a free one\n`,
      )
      expect(code).toBe(1)
      await nothingIsLeft(project)
    },
  )
})
