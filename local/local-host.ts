/** AWS refuses names it does not serve; here a page of another site must not read what runs locally by naming it (DNS rebinding). */
export const isLocalHost = (host = ''): boolean =>
  /^(?:localhost|127\.0\.0\.1|\[::1\]|[a-z0-9-]+\.localhost)(?::\d+)?$/i.test(host)
