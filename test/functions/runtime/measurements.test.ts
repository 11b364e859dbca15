import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Dimension, type MetricName, metrics } from '../../../contract/metrics.ts'
import { createMeasurements } from '../../../functions/runtime/measurements.ts'
import { readEmbedded } from '../../observability/embedded.ts'

const names = Object.keys(metrics) as MetricName[]
const dimensions: readonly Dimension[] = ['api', 'upstream', 'route', 'reason', 'layer']

const added = fc.array(
  fc.tuple(fc.constantFrom(...names), fc.double({ noNaN: true, noDefaultInfinity: true, min: 0 })),
  { minLength: 1, maxLength: 30 },
)
const place = fc
  .subarray([...dimensions])
  .chain(present => fc.tuple(...present.map(name => fc.string({ minLength: 1 }).map(value => [name, value]))))
  .map(entries => Object.fromEntries(entries) as Partial<Record<Dimension, string>>)

test('whatever was measured wherever, each metric is in one series for each of its dimension sets that has values, and in no other', () => {
  const measurements = createMeasurements()
  fc.assert(
    fc.property(added, place, (all, where) => {
      for (const [name, value] of all) measurements.add(name, value)
      const line = measurements.line(where) ?? ''
      const emitted = readEmbedded(line)
      const used = [...new Set(all.map(([name]) => name))]
      const expected = used.flatMap(name => {
        const sets: ReadonlyArray<readonly Dimension[]> = metrics[name].by
        return sets
          .filter(set => set.every(dimension => dimension in where))
          .map(set => `${name} ${metrics[name].unit} service,${set.join()}`)
      })
      const found = emitted.map(({ name, unit, dimensions: set }) => `${name} ${unit} ${set.join()}`)
      expect(found.sort()).toEqual(expected.sort())
      const { _aws, ...values } = JSON.parse(line)
      expect(values).toEqual({
        service: 'sallyport',
        ...where,
        ...Object.fromEntries(
          used.map(name => {
            const own = all
              .filter(each => each[0] === name)
              .map(each => (Object.is(each[1], -0) ? 0 : each[1]))
            return [name, own.length > 1 ? own : own[0]]
          }),
        ),
      })
      expect(measurements.line(where)).toBeUndefined()
    }),
  )
})

test('what is forgotten is in no line', () => {
  const measurements = createMeasurements()
  measurements.add('Requests', 1)
  measurements.forget()
  measurements.add('Errors', 1)
  expect(measurements.line({ api: 'Api' })).not.toContain('Requests')
})
