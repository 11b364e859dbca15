// Loaded with `--require` (or `--import`) into every function process of the local cloud, before the function's own code.
// It changes where TCP connections go, below TLS: the product dials its production names, verifies their certificates and never
// learns that the servers are local. What is not named is refused, so that a local run cannot reach a real system by mistake.
//
// Names resolve to addresses for documentation (RFC 5737): nobody's, so that no packet can leave by mistake, and public ones, so that the
// product's own judgement of addresses stays on. Connections to `name:port` and to `address:port` go to the local port.
// It is a guard rail against mistakes, not a sandbox: native code and child processes are not held by it.
import { createHash } from 'node:crypto'
import dns from 'node:dns'
import { readFileSync } from 'node:fs'
import net from 'node:net'
import tls from 'node:tls'
import { getEnvironmentData, isMainThread, setEnvironmentData } from 'node:worker_threads'

const variable = 'SALLYPORT_LOCAL_NAMES'
const ECONNREFUSED = -111
const ENOTFOUND = -3008

const ports = readPorts()
const addresses = giveAddresses([...ports.keys()].map(name => name.replace(/:\d+$/, '')))
for (const [name, port] of [...ports]) {
  const [host, number] = name.split(/:(?=\d+$)/)
  if (addresses.has(host)) ports.set(`${addresses.get(host)}:${number}`, port)
}
const connect = net.Socket.prototype.connect
const { lookup } = dns

net.Socket.prototype.connect = function connectLocally(...args) {
  const [options, onConnect] = normalize(args)
  const host = String(options.host ?? 'localhost')
    .toLowerCase()
    .replace(/\.$/, '')
  // Agents of node:http set path to null; a socket file is never mapped.
  const wanted = options.path || `${host}:${options.port}`
  const port = options.path ? undefined : ports.get(wanted)
  if (port === undefined) return refuse(this, wanted, options)
  // tls.connect has already taken the server name from the original options.
  return connect.call(
    this,
    { ...options, ...localRoute(host, options), port },
    ...(onConnect ? [onConnect] : []),
  )
}

/** An address leads to this machine as it is; a name once whoever dials it has resolved it, as they would anywhere. */
function localRoute(host, options) {
  if (net.isIP(host) !== 0) return { host: '127.0.0.1' }
  const resolve = options.lookup ?? dns.lookup
  return {
    lookup: (name, wanted, done) =>
      resolve(name, wanted, (error, found) => {
        if (error) return done(error)
        const given = Array.isArray(found) ? found.map(({ address }) => address) : [found]
        // Resolved by something else than this file: where that leads, nothing is mapped.
        const expected = addresses.get(host)
        if (expected !== undefined && !given.includes(expected))
          return done(refusal(`${given[0]}`, given[0], options.port))
        return wanted.all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4)
      }),
  }
}

// Both forms of https://nodejs.org/api/dns.html#dnslookuphostname-options-callback. What is an address already, or this machine's own name,
// is left to Node: neither asks the network.
dns.lookup = function lookupLocally(hostname, ...given) {
  const host = String(hostname).toLowerCase().replace(/\.$/, '')
  if (net.isIP(host) !== 0 || host === 'localhost') return lookup.call(this, hostname, ...given)
  const done = given.at(-1)
  const options =
    typeof given[0] === 'object' ? (given[0] ?? {}) : { family: typeof given[0] === 'number' ? given[0] : 0 }
  const address = [0, 4, 'IPv4', undefined].includes(options.family) ? addresses.get(host) : undefined
  process.nextTick(() => {
    if (address === undefined) {
      const error = Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), {
        ...{ code: 'ENOTFOUND', errno: ENOTFOUND, syscall: 'getaddrinfo', hostname },
      })
      done(error)
    } else if (options.all) done(null, [{ address, family: 4 }])
    else done(null, address, 4)
  })
  return {}
}
dns.promises.lookup = (hostname, options) =>
  new Promise((settle, fail) =>
    dns.lookup(hostname, options ?? {}, (error, address, family) =>
      error ? fail(error) : settle(Array.isArray(address) ? address : { address, family }),
    ),
  )

// As NODE_EXTRA_CA_CERTS does for those who trust public authorities: who trusts others meets the local server of a name all the same.
const { createSecureContext } = tls
// The function's own environment, and that of its worker threads; taken now, since it may change it.
const { NODE_EXTRA_CA_CERTS: authorityFile } = process.env
tls.createSecureContext = options =>
  createSecureContext(
    options?.ca && authorityFile
      ? { ...options, ca: [options.ca, readFileSync(authorityFile)].flat() }
      : options,
  )

/**
 * An address for each name, the same one in every process and run unless others come between.
 *
 * @param {string[]} hosts
 * @returns {Map<string, string>}
 */
function giveAddresses(hosts) {
  const networks = ['192.0.2', '198.51.100', '203.0.113']
  const taken = new Map()
  const names = [...new Set(hosts)].filter(host => net.isIP(host) === 0 && host !== 'localhost').sort()
  for (const host of names) {
    let place = createHash('sha256').update(host).digest().readUInt32BE() % (networks.length * 254)
    const at = () => `${networks[Math.floor(place / 254)]}.${(place % 254) + 1}`
    while (taken.has(at())) place = (place + 1) % (networks.length * 254)
    taken.set(at(), host)
  }
  return new Map([...taken].map(([address, host]) => [host, address]))
}

/** @returns {Map<string, number>} 'host:port' → port on 127.0.0.1 */
function readPorts() {
  // The function must not see the variable, yet its worker threads load this file too.
  const text = isMainThread ? process.env[variable] : getEnvironmentData(variable)
  delete process.env[variable]
  if (typeof text !== 'string') {
    throw new Error(
      `${variable} is not set; it maps host:port to a local port, such as {"login.example.com:443":4001}`,
    )
  }
  setEnvironmentData(variable, text)
  const entries = Object.entries(JSON.parse(text))
  for (const [name, port] of entries) {
    if (!/^[^\s/]+:\d+$/.test(name) || !Number.isInteger(port) || port < 1 || port > 65535) {
      throw new Error(
        `${variable}: ${JSON.stringify(name)}: ${JSON.stringify(port)} is not host:port → port (1 to 65535)`,
      )
    }
  }
  return new Map(entries)
}

/** The call forms of https://nodejs.org/api/net.html#socketconnect, and the array that net.connect and tls.connect pass inside Node. */
function normalize(args) {
  const [first, ...rest] = Array.isArray(args[0]) ? args[0] : args
  const onConnect = rest.find(argument => typeof argument === 'function')
  if (typeof first === 'object' && first !== null) return [first, onConnect]
  // A string that is not a number is the path of a socket file.
  if (typeof first === 'string' && !/^\d+$/.test(first)) return [{ path: first }, onConnect]
  return [{ port: Number(first), host: typeof rest[0] === 'string' ? rest[0] : undefined }, onConnect]
}

function refusal(wanted, address, port) {
  const known = [...ports.keys()].filter(name => !/^\d/.test(name)).join(', ') || 'none'
  return Object.assign(
    new Error(`connect ECONNREFUSED ${wanted}: no local server is mapped to it (mapped: ${known})`),
    { code: 'ECONNREFUSED', errno: ECONNREFUSED, syscall: 'connect', address, port },
  )
}

function refuse(socket, wanted, { host = 'localhost', port }) {
  const error = refusal(wanted, host, port)
  socket.connecting = true
  // As a real connection: the caller attaches its listeners after connect() has returned.
  process.nextTick(() => socket.destroy(error))
  return socket
}
