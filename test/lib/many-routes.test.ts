import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readRoutes } from '../../local/routes.ts'
import { readApp } from '../../local/template/app.ts'
import { declareManyRoutes } from '../support/many-routes.ts'
import { artifactsOf, newStack } from './support.ts'

function synthesize(routes: number) {
  const stack = newStack()
  declareManyRoutes(stack, routes)
  const { outdir, resources } = artifactsOf(stack)
  const template = readFileSync(join(outdir, 'S.template.json'))
  return { outdir, template, resources: Object.keys(resources).length, files: readdirSync(outdir).sort() }
}

describe('250 routes over 12 upstreams', () => {
  it('fit into one stack, the same bytes each time, and are all there in the local cloud', () => {
    const [one, two, twelve, eleven] = [synthesize(250), synthesize(250), synthesize(60), synthesize(55)]
    // Nothing for a route, five for an upstream.
    expect(one.resources).toBe(twelve.resources)
    expect(twelve.resources - eleven.resources).toBe(5)
    expect(one.resources).toBeLessThan(100)

    expect((one.template.length - twelve.template.length) / (250 - 60)).toBeLessThan(1500)
    expect(one.template.length).toBeLessThan(400_000)

    expect(two.template.equals(one.template)).toBe(true)
    expect(two.files).toEqual(one.files)

    const { paths } = readApp(one.outdir).api.body as { paths: Record<string, object> }
    expect(Object.values(paths).flatMap(path => Object.keys(path))).toHaveLength(250)
    expect(readRoutes(one.outdir)).toHaveLength(250)
  })
})
