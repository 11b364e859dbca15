import fc from 'fast-check'
import { expect, test } from 'vitest'
import { judge } from '../../lib/checks/judge.ts'
import { rules } from '../../lib/checks/rules/index.ts'
import { unreadable } from '../../lib/checks/rules/readable.ts'
import { cases } from './cases/index.ts'
import { appOf, type Case } from './support.ts'

const judgedTypes = rules.flatMap(({ types }) => types).filter(type => type !== '*')

/** All findings in a template, of all rules. Throws where the plugin would. */
function findingsIn(given: Case) {
  const app = appOf(given)
  return app.all.flatMap(template => [
    ...unreadable(template).map(finding => ({ ...finding, by: 'ZT-READABLE' })),
    ...template.resources.flatMap(each =>
      rules
        .filter(({ types }) => types.includes(each.type) || types.includes('*'))
        .flatMap(rule => judge(rule, each, app).map(finding => ({ ...finding, by: rule.id }))),
    ),
  ])
}

const intrinsic = fc.oneof(
  fc.record({ Ref: fc.constantFrom('R', 'AWS::NoValue', 'AWS::Region', 'P', '__proto__') }),
  fc.record({ 'Fn::GetAtt': fc.oneof(fc.constant(['R', 'Arn']), fc.jsonValue()) }),
  fc.record({ 'Fn::Join': fc.jsonValue() }),
  fc.record({ 'Fn::Sub': fc.oneof(fc.string(), fc.jsonValue()) }),
  fc.record({ 'Fn::If': fc.jsonValue() }),
  fc.record({ 'Fn::Nothing': fc.jsonValue() }),
)

test('no template stops the rules: what is no resource, or has another shape, is a finding', () => {
  const anything = fc.oneof({ weight: 3, arbitrary: fc.jsonValue() }, intrinsic)
  const odd = fc.record({
    Type: fc.constantFrom(...judgedTypes),
    Properties: fc.oneof(anything, fc.dictionary(fc.string(), anything)),
  })
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.oneof(odd, anything)), resources => {
      const found = findingsIn({ of: 'anything', resources })
      const isNone = (each: unknown) => typeof (each as { Type?: unknown } | null)?.Type !== 'string'
      const none = Object.values(resources).filter(isNone).length
      expect(found.filter(({ at }) => at.startsWith('Resources.'))).toHaveLength(none)
    }),
    { numRuns: 300 },
  )
})

test('no template that breaks a rule passes because one of its values is decided at deployment', () => {
  for (const [id, { breaks }] of Object.entries(cases)) {
    for (const given of breaks.filter(({ byValue }) => !byValue)) {
      for (const place of placesIn(given.resources)) {
        const resources = replaced(given.resources, place)
        const found = findingsIn({ ...given, resources }).filter(
          ({ by }) => by === id || by === 'ZT-READABLE',
        )
        expect(found.length, `${id} ${given.of} ${place.join('.')}`).toBeGreaterThan(0)
      }
    }
  }
})

test('no template that breaks a rule passes because a text in it is written in another way', () => {
  const ways: ReadonlyArray<(text: unknown) => unknown> = [
    text => ({ 'Fn::Sub': text }),
    text => ({ 'Fn::Sub': [`$\{X}`, { X: text }] }),
    text => ({ 'Fn::Join': ['', [text]] }),
    text => ({ 'Fn::Select': ['0', [text]] }),
    text => ({ 'Fn::Select': [0, { 'Fn::Split': ['\u0001', text] }] }),
  ]
  for (const [id, { breaks }] of Object.entries(cases)) {
    for (const given of breaks) {
      const isText = (place: readonly string[]) =>
        place[1] === 'Properties' &&
        !place.some(name => name.startsWith('Fn::') || name === 'Ref') &&
        typeof place.reduce(
          (at, name) => (at as Record<string, unknown>)[name],
          given.resources as unknown,
        ) === 'string'
      for (const place of placesIn(given.resources).filter(isText)) {
        for (const way of ways) {
          const resources = replaced(given.resources, place, way)
          const found = findingsIn({ ...given, resources }).filter(({ by }) => by === id)
          expect(found.length, `${id} ${given.of} ${place.join('.')} ${way}`).toBeGreaterThan(0)
        }
      }
    }
  }
})

/** Where there is a value, whole ones and those within. */
function placesIn(value: unknown, at: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return at.length > 0 ? [at] : []
  const within = Object.entries(value).flatMap(([name, member]) => placesIn(member, [...at, name]))
  return at.length > 0 ? [at, ...within] : within
}

function replaced(
  value: unknown,
  [name, ...rest]: readonly string[],
  make: (old: unknown) => unknown = () => ({ 'Fn::If': ['Later', 'a', 'b'] }),
): Record<string, unknown> {
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<string, unknown>
  const member = name as string
  copy[member] = rest.length === 0 ? make(copy[member]) : replaced(copy[member], rest, make)
  return copy
}

test('what refers to itself, by an export, a nested stack or an attribute, is a finding and no endless loop', () => {
  const endless = { 'Fn::ImportValue': 'Again' }
  const itself = { 'Fn::GetAtt': ['Q', 'Value'] }
  const group = (RetentionInDays: unknown) => ({
    Type: 'AWS::Logs::LogGroup',
    Properties: { RetentionInDays },
  })
  const found = findingsIn({
    of: 'what refers to itself',
    resources: {
      N: { Type: 'AWS::CloudFormation::Stack', Properties: { TemplateURL: endless } },
      Q: { Type: 'AWS::SSM::Parameter', Properties: { Value: itself } },
      T: group(itself),
      U: group(endless),
    },
    sections: {
      Outputs: {
        O: { Value: endless, Export: { Name: 'Again' } },
        P: { Value: 'x', Export: { Name: endless } },
      },
    },
  })
  const verdicts = found.filter(({ by }) => by === 'ZT-LOG-RETENTION').map(({ verdict }) => verdict)
  expect(verdicts).toEqual(['unknown', 'unknown'])
})
