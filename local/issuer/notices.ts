// What oidc-provider prints about a provider that is meant for development. Ours is, so these say nothing to the reader.
const known = [
  'a quick start development-only feature devInteractions is enabled',
  'Unsupported runtime. Use Node.js v22.x LTS',
]

/**
 * Runs `work` without the start-up notices of oidc-provider named above. Every other output, new notices of a later version included,
 * goes where it always goes.
 */
export async function withoutKnownNotices<T>(work: () => T | Promise<T>): Promise<T> {
  // The provider offers no option for this: it calls console.warn.
  const original = console.warn
  console.warn = (...args: unknown[]) => {
    const text = String(args[0])
    if (!text.includes('oidc-provider WARNING: ') || !known.some(notice => text.includes(notice)))
      original(...args)
  }
  try {
    return await work()
  } finally {
    console.warn = original
  }
}
