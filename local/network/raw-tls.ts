/**
 * The port of `tls://127.0.0.1:PORT`: a local server that speaks TLS itself. Bytes go to it unread, so that a function meets its
 * certificate, and it the function's; what is told as `http(s)://` meets a certificate of the local CA. Undefined for anything else.
 */
export function rawTlsPort(origin: string): number | undefined {
  const [, port] = /^tls:\/\/(?:127\.0\.0\.1|localhost):(\d{1,5})$/.exec(origin) ?? []
  const number = Number(port)
  return number >= 1 && number <= 65535 ? number : undefined
}
