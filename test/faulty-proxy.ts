/** A proxy that spoils what passes it, for tests of clients: by the number of the request and its path. */
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * 'refuse': the connection is cut before the request is passed on. 'lose': it is passed on and its answer is lost. 'cut': half of the answer is sent.
 * 'truncate': half of the answer is sent as if it were whole. 'twice': it is passed on twice, and the second answer is sent. A number: milliseconds that
 * the answer is late. An object: an answer that the server never gave.
 */
export type Fault = 'refuse' | 'lose' | 'cut' | 'truncate' | 'twice' | number | { readonly status: number; readonly body: object }

export interface FaultyProxy {
  readonly url: string
  /** Faults that were made. */
  readonly faults: () => number
  close(): void
}

/** `faultOf`: null for a request that passes. */
export async function faultyProxy(target: string, faultOf: (count: number, path: string) => Fault | null): Promise<FaultyProxy> {
  let [count, faults] = [0, 0]
  const server = createServer((incoming, answer) => {
    const fault = faultOf(count++, (incoming.url ?? '').replace('/api/v1/', ''))
    if (fault !== null) faults++
    const parts: Buffer[] = []
    incoming.on('data', (part: Buffer) => parts.push(part))
    incoming.on('end', async () => {
      if (fault === 'refuse') return incoming.socket.destroy()
      if (typeof fault === 'object' && fault !== null) {
        answer.writeHead(fault.status, { 'content-type': 'application/json' })
        return answer.end(JSON.stringify(fault.body))
      }
      const passOn = (): Promise<{ status: number; type: string; body: Buffer }> =>
        new Promise((resolve, reject) => {
          const { host: _, ...headers } = incoming.headers
          const sent = request(target + (incoming.url ?? ''), { method: incoming.method, headers }, (got) => {
            const body: Buffer[] = []
            got.on('data', (part: Buffer) => body.push(part))
            got.on('end', () =>
              resolve({ status: got.statusCode ?? 502, type: got.headers['content-type'] ?? '', body: Buffer.concat(body) }),
            )
          })
          sent.on('error', reject)
          sent.end(Buffer.concat(parts))
        })
      try {
        if (fault === 'twice') await passOn()
        const { status, type, body } = await passOn()
        if (typeof fault === 'number') await new Promise((resolve) => setTimeout(resolve, fault))
        if (fault === 'lose') return incoming.socket.destroy()
        const half = body.subarray(0, Math.floor(body.length / 2))
        answer.writeHead(status, { 'content-type': type, 'content-length': fault === 'truncate' ? half.length : body.length })
        if (fault === 'cut') return answer.write(half, () => incoming.socket.destroy())
        answer.end(fault === 'truncate' ? half : body)
      } catch {
        incoming.socket.destroy()
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    faults: () => faults,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
