const units = /** @type {const} */ ([
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
])

/**
 * A number as it stands beside an axis: `1.2k`, `0.25`, `12`.
 *
 * @param {number | null | undefined} value
 */
export function shortNumber(value) {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–'
  const [size, letter] = units.find(([least]) => Math.abs(value) >= least) ?? [1, '']
  const scaled = value / size
  const digits = Math.abs(scaled) >= 100 || Number.isInteger(scaled) ? 0 : Math.abs(scaled) >= 10 ? 1 : 2
  return `${Number(scaled.toFixed(digits))}${letter}`
}

/**
 * What people call a thing whose name CloudFormation made: `Stack-AlarmsBreaches70A50463` is `AlarmsBreaches`. Any other name is as it is.
 *
 * @param {string} name
 */
export const shortName = name => /^(?:[\w-]+-)?(\w+?)[0-9A-F]{8}$/.exec(name)?.[1] ?? name

/** @param {number} value */
const two = value => String(value).padStart(2, '0')

/**
 * `14:03:07`, and with `milliseconds` `14:03:07.042`, in the reader's own time zone.
 *
 * @param {number} time milliseconds since the epoch
 * @param {boolean} [milliseconds]
 */
export function clock(time, milliseconds = false) {
  const date = new Date(time)
  const text = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')
  return milliseconds ? `${text}.${String(date.getMilliseconds()).padStart(3, '0')}` : text
}

/**
 * `40 s`, `12 min`, `3 h`, `2 d`.
 *
 * @param {number} seconds
 */
export function span(seconds) {
  if (seconds < 60) return `${Math.max(0, Math.round(seconds))} s`
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`
  if (seconds < 86_400) return `${Number((seconds / 3600).toFixed(1))} h`
  return `${Math.round(seconds / 86_400)} d`
}
