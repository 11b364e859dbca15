import { existsSync, globSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'

const pages = [...globSync('docs/*.md'), ...globSync('docs/adr/*.md'), 'README.md', 'SECURITY.md'].sort()
const threatModel = 'docs/threat-model.md'

/** Without code: what stands in it is not a link. */
const proseOf = (page: string): string =>
  readFileSync(page, 'utf8')
    .replace(/^```.*?^```$/gms, '')
    .replace(/`[^`\n]*`/g, '')

/** Where the links of a text lead, those to other sites left out. `[text](target "title")` and `[label]: target`. */
const targetsOf = (prose: string): string[] =>
  [...prose.matchAll(/\]\(\s*<?([^)\s>]+)|^\[[^\]]+\]:\s*<?([^\s>]+)/gm)]
    .map(([, inline, labelled]) => inline ?? labelled ?? '')
    .filter(target => !/^[a-z][a-z+.-]*:/i.test(target))

const fileOf = (page: string, target: string): string => {
  const [path = ''] = target.split('#')
  return path === '' ? page : join(page, '..', decodeURIComponent(path))
}

/** The anchors that GitHub gives a page's headings: lower case, without punctuation, the second of a name with `-1`. */
function anchorsOf(page: string): string[] {
  const text = readFileSync(page, 'utf8').replace(/^```.*?^```$/gms, '')
  const seen = new Map<string, number>()
  return [...text.matchAll(/^#{1,6} +(.+?) *#*$/gm)].map(([, heading = '']) => {
    const name = heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-')
    const before = seen.get(name) ?? 0
    seen.set(name, before + 1)
    return before === 0 ? name : `${name}-${before}`
  })
}

function brokenLinks(page: string): string[] {
  return targetsOf(proseOf(page)).filter(target => {
    const file = fileOf(page, target)
    if (file.startsWith('..') || !existsSync(file)) return true
    const [, anchor] = target.split('#')
    return anchor !== undefined && !(file.endsWith('.md') && anchorsOf(file).includes(anchor))
  })
}

test.each(pages)('every relative link in %s leads to a file, and to a heading where it names one', page => {
  expect(brokenLinks(page)).toEqual([])
})

test.each(['README.md', 'SECURITY.md', 'docs/architecture.md'])('%s leads to the threat model', page => {
  expect(targetsOf(proseOf(page)).map(target => fileOf(page, target))).toContain(threatModel)
})

describe('the threat model', () => {
  const prose = proseOf(threatModel)
  const linked = targetsOf(prose).map(target => fileOf(threatModel, target))
  /** Rows of the tables of threats, cell by cell. */
  const rows = prose
    .split(/^## /m)
    .filter(section => section.includes('| Threat | What holds it | Code | Test |'))
    .flatMap(section => section.split('\n').filter(line => line.startsWith('| ')))
    .map(line => line.split('|').slice(1, -1))
    .map(cells => cells.map(cell => cell.trim()))
    .filter(([threat]) => threat !== 'Threat' && !threat?.startsWith('---'))
  const filesIn = (cell = '') => targetsOf(cell).map(target => fileOf(threatModel, target))

  test('names every file of test/security', () => {
    const all = globSync('test/security/*').filter(file => statSync(file).isFile())
    expect(all.filter(file => !linked.includes(relative('.', file)))).toEqual([])
  })

  test('says of every threat what holds it, in which code, and shown by which test', () => {
    expect(rows.length).toBeGreaterThan(50)
    const incomplete = rows.filter(cells => {
      const [threat, held, code, tests] = cells
      const isCode = filesIn(code).length > 0 && filesIn(code).every(file => !file.startsWith('test/'))
      const isTest = filesIn(tests).length > 0 && filesIn(tests).every(file => file.startsWith('test/'))
      return cells.length !== 4 || !threat || !held || !isCode || !isTest
    })
    expect(incomplete).toEqual([])
  })

  /** `[file](target) “one name” “another”`: each name as a string of its own in that file. */
  const namesIn = (cell = '') =>
    [...cell.matchAll(/\]\(([^)]+)\)([^[\]]*)/g)].map(([, target = '', after = '']) => ({
      file: fileOf(threatModel, target),
      names: [...after.matchAll(/“([^”]+)”/g)].map(([, name = '']) => name),
    }))

  test('gives, for every test file in a row, names that stand there as tests or attacks', () => {
    const tests = rows.flatMap(([, , , cell]) => namesIn(cell))
    const wrong = tests.flatMap(({ file, names }) => {
      if (names.length === 0) return [`${file}: no name`]
      const source = existsSync(file) ? readFileSync(file, 'utf8') : ''
      return names
        .filter(name => !["'", '"', '`'].some(quote => source.includes(`${quote}${name}${quote}`)))
        .map(name => `${file}: “${name}”`)
    })
    expect(wrong).toEqual([])
  })
})
