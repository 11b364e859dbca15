// Loaded with `--require` (or `--import`) into every function process of the local cloud, before the function's own code.
// It changes where TCP connections go, below TLS: the product dials its production names, verifies their certificates and never
// learns that the servers are local. What is not named is refused, so that a local run cannot reach a real system by mistake.
// It is a guard rail against mistakes, not a sandbox: native code and child processes are not held by it.
import net from 'node:net'
import { getEnvironmentData, isMainThread, setEnvironmentData } from 'node:worker_threads'

const variable = 'SALLYPORT_LOCAL_NAMES'
const ECONNREFUSED = -111

const ports = readPorts()
const connect = net.Socket.prototype.connect

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
  return connect.call(this, { ...options, host: '127.0.0.1', port }, ...(onConnect ? [onConnect] : []))
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

function refuse(socket, wanted, { host = 'localhost', port }) {
  const known = [...ports.keys()].join(', ') || 'none'
  const error = Object.assign(
    new Error(`connect ECONNREFUSED ${wanted}: no local server is mapped to it (mapped: ${known})`),
    { code: 'ECONNREFUSED', errno: ECONNREFUSED, syscall: 'connect', address: host, port },
  )
  socket.connecting = true
  // As a real connection: the caller attaches its listeners after connect() has returned.
  process.nextTick(() => socket.destroy(error))
  return socket
}
