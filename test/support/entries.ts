import { fileURLToPath } from 'node:url'

const alias = (name: string, file: string) => ({
  find: new RegExp(`^${name}$`),
  replacement: fileURLToPath(new URL(`../../${file}`, import.meta.url)),
})

/** This package's entries by their names, as whoever has installed it imports them, from the sources. */
export const entries = [
  alias('sallyport', 'lib/index.ts'),
  alias('sallyport/checks', 'lib/checks/index.ts'),
  alias('sallyport/controls', 'controls/index.ts'),
  alias('sallyport/middleware', 'functions/middleware/index.ts'),
]
