import type { Exchange } from './exchange.ts'
import type { ParameterName } from './operation.ts'
import type { RouteMatch } from './router.ts'
import { lastValue } from './values.ts'

/** The required parameters a request lacks. Present and not blank is all that counts, no type, no pattern (platform-facts §5.6). */
export function missingRequired(exchange: Exchange, match: RouteMatch): string[] {
  return match.operation.requiredParameters
    .filter(parameter => (parameterValue(parameter, exchange, match) ?? '').trim() === '')
    .map(parameter => parameter.name)
}

function parameterValue(parameter: ParameterName, exchange: Exchange, match: RouteMatch): string | undefined {
  switch (parameter.in) {
    case 'header':
      return lastValue(exchange.request.headers, parameter.name)
    case 'querystring':
      return lastValue(exchange.request.query, parameter.name)
    case 'path':
      return match.pathParameters.get(parameter.name)
  }
}
