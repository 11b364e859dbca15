import { styleText } from 'node:util'

/** Text in a colour or weight, where the terminal shows it and NO_COLOR does not forbid it. */
export const paint = (
  style: Parameters<typeof styleText>[0],
  text: string,
  stream: NodeJS.WriteStream = process.stderr,
): string => (stream.isTTY ? styleText(style, text, { stream }) : text)
