import { breach, type Rule } from '../rule.ts'
import { CannotTell } from '../template/cannot-tell.ts'

/** Those that AWS patches for a year to come, as of November 2026. What is on neither list is for a person to judge. */
const maintained = new Set([
  'nodejs22.x',
  'nodejs24.x',
  'python3.12',
  'python3.13',
  'python3.14',
  'java17',
  'java21',
  'java25',
  'dotnet10',
  'ruby3.3',
  'ruby3.4',
  'provided.al2023',
])

const unmaintained =
  /^(?:nodejs|nodejs(?:4\.3|6\.10|8\.10|10\.x|12\.x|14\.x|16\.x|18\.x|20\.x)|python(?:2\.7|3\.[6-9])|java8|dotnetcore[\d.]+|dotnet6|go1\.x|ruby2\.[57]|provided)$/

/** @see https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html */
export const functionRuntime: Rule = {
  id: 'ZT-FUNCTION-RUNTIME',
  title: 'Functions run on what AWS still patches',
  fix: 'Use a newer runtime.',
  types: ['AWS::Lambda::Function'],
  *judge(fn) {
    // The image brings its own.
    if (fn.get('PackageType').text() === 'Image') return
    const at = fn.get('Runtime')
    const runtime = at.text() ?? ''
    if (maintained.has(runtime)) return
    if (!unmaintained.test(runtime)) throw new CannotTell(`${at.at} is no runtime that this rule knows`)
    yield breach(at, `${runtime} is patched no more`)
  },
}
