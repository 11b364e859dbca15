import Table from 'cli-table3'
import type { Figure, Report } from './figure.ts'

/** One group of figures, for people. */
export function printTable({ title, baseline, figures }: Report): void {
  const table = new Table({
    head: ['FIGURE', 'VALUE', 'BASELINE', 'RATIO', 'GOAL', ''],
    colAligns: ['left', 'right', 'right', 'right', 'left', 'left'],
    style: { head: [], border: [], compact: true },
  })
  for (const figure of figures) table.push(rowOf(figure))
  process.stdout.write(`\n${title}${baseline ? `, against ${baseline}` : ''}\n${table.toString()}\n`)
}

const rowOf = ({ name, value, unit, baseline, ratio, goal, met }: Figure): string[] => [
  name,
  `${digits(value)} ${unit}`,
  baseline === null ? '' : `${digits(baseline)} ${unit}`,
  ratio === null ? '' : `${ratio.toFixed(2)}×`,
  goal ?? '',
  met === null ? '' : met ? 'met' : 'missed',
]

const digits = (value: number): string => value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)
