import { vi } from 'vitest'

/** What is written to standard output meanwhile, write by write; and to the other one beside it. */
export function writesOf(act: () => void): { readonly stdout: string[]; readonly stderr: string[] } {
  const [stdout, stderr]: [string[], string[]] = [[], []]
  const keep = (stream: NodeJS.WriteStream, kept: string[]) =>
    vi.spyOn(stream, 'write').mockImplementation(chunk => {
      kept.push(String(chunk))
      return true
    })
  const spies = [keep(process.stdout, stdout), keep(process.stderr, stderr)]
  try {
    act()
  } finally {
    for (const spy of spies) spy.mockRestore()
  }
  return { stdout, stderr }
}

/** Line by line, each of which is JSON. */
export const linesIn = (writes: readonly string[]): Array<Record<string, unknown>> =>
  writes
    .join('')
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line))
