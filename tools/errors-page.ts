import { writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { type ReasonCode, reasonOf, reasons } from '../contract/reasons.ts'

/** Of a table in Markdown. */
export const row = (...cells: readonly string[]): string => `| ${cells.join(' | ')} |`

/** docs/errors.md, from the reason table. */
export function errorsPage(): string {
  const all = (Object.keys(reasons) as ReasonCode[]).map(code => ({ code, ...reasonOf(code) }))
  const shown = [...new Set(all.map(({ outside }) => outside))].map(code => ({ code, ...reasonOf(code) }))
  return [
    '# Errors',
    '',
    'Made from `contract/reasons.ts` by `npm run docs`; a test compares the two.',
    '',
    '## What callers see',
    '',
    'Every refusal is a problem document ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)), whichever door gives it:',
    '',
    '```json',
    JSON.stringify(
      {
        type: 'about:blank',
        title: 'Bad Request',
        status: 400,
        detail: reasons['input.invalid'].detail,
        code: 'input.invalid',
        requestId: 'aJI80ZHFC9xAk9I=',
        errors: [{ in: 'query', name: 'limit', detail: 'must be <= 100' }],
      },
      null,
      2,
    ),
    '```',
    '',
    '- `code` is one of the table below. `errors` names what is wrong, twenty places at the most: a parameter by its name, a member of the body by its JSON Pointer, the body as a whole by an empty name. Below a top-level member of the body it is the first failure.',
    '- `requestId` is the id to search logs for.',
    '- 401 carries `WWW-Authenticate: Bearer`; 403 for lack of scopes names them there ([RFC 6750 §3.1](https://www.rfc-editor.org/rfc/rfc6750#section-3.1)), and the first of several where one would do.',
    '- `authentication.insufficient` has two members more, where the route asks for them: `acr_values`, text with spaces between the values, best first; and `max_age`, in seconds. They are those of its challenge ([RFC 9470 §3](https://www.rfc-editor.org/rfc/rfc9470#section-3)), and of the authorization request that mends it.',
    '- 429 and 503 carry `Retry-After` in seconds.',
    '- API Gateway renames `WWW-Authenticate` of the second door to `x-amzn-Remapped-WWW-Authenticate`. That is so for `authentication.insufficient`, and for a token that expired while API Gateway had the first door’s answer in its cache.',
    '- Answers of API Gateway itself without a line of their own (an over-long URL, say) keep its status and have the code `request.malformed`, without `title` and `status`.',
    '',
    row('Status', 'Code', 'Detail'),
    row('---', '---', '---'),
    ...shown
      .sort((a, b) => a.status - b.status)
      .map(({ status, code, detail }) => row(String(status), `\`${code}\``, detail)),
    '',
    '## What operators see',
    '',
    'Logs and the metric `Denied` (dimension `reason`) have the true reason. *Pages*: someone should be woken. What is left behind because nobody declared it is no refusal: the metrics `StrippedQuery`, `StrippedBody` and so on count it by place, as `RefusedQuery` and so on count what is refused; see [metrics](metrics.md).',
    '',
    row('Reason', 'Status', 'Callers see', 'Who can mend it', 'Pages'),
    row('---', '---', '---', '---', '---'),
    ...all.map(({ code, status, outside, owner, pages }) =>
      row(`\`${code}\``, String(status), `\`${outside}\``, owner, pages ? 'yes' : ''),
    ),
    '',
  ].join('\n')
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  writeFileSync('docs/errors.md', errorsPage())
