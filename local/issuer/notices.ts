// What oidc-provider prints about a provider that is meant for development. Ours is, so these say nothing to the reader.
const known = [
  'a quick start development-only feature devInteractions is enabled',
  'Unsupported runtime. Use Node.js v22.x LTS',
]

// The notices go through one console for all, so work that overlaps shares one wrapper: who comes first sets it, who ends last removes it.
let underWay = 0
let remove = () => {}

/**
 * Runs `work` without the start-up notices of oidc-provider named above. Every other output, new notices of a later version included,
 * goes where it always goes.
 */
export async function withoutKnownNotices<T>(work: () => T | Promise<T>): Promise<T> {
  if (underWay === 0) remove = muteKnownNotices()
  underWay += 1
  try {
    return await work()
  } finally {
    underWay -= 1
    if (underWay === 0) remove()
  }
}

/** The provider offers no option for this: it calls console.warn. */
function muteKnownNotices(): () => void {
  const original = console.warn
  console.warn = (...args: unknown[]) => {
    const text = String(args[0])
    if (!text.includes('oidc-provider WARNING: ') || !known.some(notice => text.includes(notice)))
      original(...args)
  }
  return () => {
    console.warn = original
  }
}
