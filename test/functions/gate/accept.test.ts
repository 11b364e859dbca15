import { expect, test } from 'vitest'
import type { AnswerManifest, OutputManifest } from '../../../contract/gate-manifest.ts'
import { unacceptable } from '../../../functions/gate/inputs/accept.ts'
import { sentHeaders } from '../../../functions/gate/inputs/headers.ts'

const same = { maxBytes: null, headers: [], cookies: [] }
const json = (mediaType: string): AnswerManifest => ({
  kind: 'json',
  mediaType,
  projection: {},
  visibility: null,
  ...same,
})
const output = (statuses: Record<string, AnswerManifest>): OutputManifest => ({
  kind: 'declared',
  accept: 'application/json',
  binary: Object.values(statuses).flatMap(answer => (answer.kind === 'bytes' ? answer.mediaTypes : [])),
  statuses,
})
const answersWith = {
  JSON: output({ 200: json('application/json'), 404: json('application/problem+json') }),
  'JSON or text': output({
    200: json('application/json'),
    203: { kind: 'text', mediaType: 'text/csv', ...same },
  }),
  bytes: output({ 200: { kind: 'bytes', mediaTypes: ['application/pdf', 'image/png'], ...same } }),
  nothing: output({ 204: { kind: 'empty', headers: [], cookies: [] }, 404: json('application/json') }),
}

const ask = (what: keyof typeof answersWith, ...accept: string[]) =>
  unacceptable(sentHeaders({ Accept: accept }), answersWith[what])?.reason

test.each<[keyof typeof answersWith, ...string[]]>([
  ['JSON', 'application/json;q=0'],
  ['JSON', 'text/html, Application/JSON ; Q=0.000'],
  ['JSON', 'text/html', 'application/json;q=0'],
  ['JSON', '*/*;q=0'],
  ['JSON', 'application/*;q=0, */*'],
  ['JSON', 'application/problem+json, application/json;q=0'],
  ['JSON or text', 'application/json;q=0, text/*;q=0.0'],
  ['bytes', 'application/pdf;q=0'],
  ['bytes', 'application/pdf;q=0, image/png'],
  ['bytes', 'text/html, application/pdf'],
])('an answer of %s is refused to a caller who will not have it: %s', (what, ...accept) => {
  expect(ask(what, ...accept)).toBe('input.not_acceptable')
})

test.each<[keyof typeof answersWith, ...string[]]>([
  ['JSON'],
  ['JSON', 'text/html'],
  ['JSON', 'application/json;q=0.001'],
  ['JSON', 'application/json, */*;q=0'],
  ['JSON', 'application/*, */*;q=0'],
  ['JSON', 'application/json;version=1;q=0'],
  ['JSON', 'text/html;q=0'],
  ['JSON', 'text/html;x=",application/json;q=0"'],
  ['JSON or text', 'application/json;q=0'],
  ['bytes', 'application/pdf;q=0.1, image/png;q=0'],
  ['nothing', 'application/json;q=0'],
])('an answer of %s is given to a caller who rules out nothing of it: %s', (what, ...accept) => {
  expect(ask(what, ...accept)).toBeUndefined()
})
