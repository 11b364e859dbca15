import equalModule from 'ajv/dist/runtime/equal.js'
import lengthModule from 'ajv/dist/runtime/ucs2length.js'

export { fullFormats } from 'ajv-formats/dist/formats.js'

/** What validators compiled by Ajv call at run time. A bundle of its own, beside them. */
export const equal = equalModule.default
export const ucs2length = lengthModule.default
