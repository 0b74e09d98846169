/** Addresses, redirects, certificates and proxies. */
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { generate } from 'selfsigned'
import { afterEach, describe, expect, it } from 'vitest'
import { endpointPolicy } from './endpoint.ts'
import { ask, closeServers, good, KEY, outcome, policyOf, scripted } from './scripted-server-fixture.ts'

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

afterEach(closeServers)

describe('addresses', () => {
  it('come from the caller alone: those of the environment are not followed, and that is said', async () => {
    const { url } = await scripted(() => good)
    const env = { OPENAI_API_KEY: KEY, ANTHROPIC_API_KEY: KEY, OPENAI_BASE_URL: url, ANTHROPIC_BASE_URL: url }
    for (const [model, address] of [
      ['openai:m', 'https://api.openai.com/v1'],
      ['anthropic:m', 'https://api.anthropic.com/v1'],
    ] as const) {
      const record = (await endpointPolicy({ model, env })).record()
      expect(record.address).toBe(address)
      expect(record.notes).toEqual([expect.stringMatching(/_BASE_URL is not used, requests go to https:.*--base-url/)])
      expect((await endpointPolicy({ model, env, baseUrl: url })).record()).toMatchObject({ address: url, notes: [] })
    }
  })

  it.each([301, 302, 307, 308])('a redirect by %i is final and named, and the key is not sent after it', async (status) => {
    const { reply, asked } = await outcome(() => ({ status, body: '', headers: { location: 'https://other.example/v1/chat/completions' } }))
    expect(reply).toMatch(
      /redirects to https:\/\/other\.example\/v1\/chat\/completions \(HTTP 30\d\).*perhaps https:\/\/other\.example\/v1$/,
    )
    expect(asked).toHaveLength(1)
  })

  const listen = async (listener: {
    listen: (port: number, host: string, done: () => void) => unknown
    address: () => unknown
    close: () => unknown
  }) => {
    await new Promise<void>((done) => listener.listen(0, '127.0.0.1', done))
    closers.push(() => listener.close())
    return (listener.address() as AddressInfo).port
  }

  it('a certificate that is not trusted is final, with what to do', async () => {
    const { cert, private: key } = await generate([{ name: 'commonName', value: '127.0.0.1' }], { keyType: 'ec' })
    const port = await listen(createTlsServer({ cert, key }, (_, response) => response.end()))
    const error = await ask(await policyOf(`https://127.0.0.1:${port}/v1`)).catch((thrown: Error) => thrown)
    expect((error as Error).message).toMatch(/cannot be reached: .*DEPTH_ZERO_SELF_SIGNED_CERT.*NODE_EXTRA_CA_CERTS/)
    const other = await ask(await policyOf(`http://127.0.0.1:${port}/v1`)).catch((thrown: Error) => thrown)
    expect(JSON.stringify(other instanceof Error ? other.message : other)).toMatch(/connection was cut|does not speak HTTP/)
  })

  it('HTTPS asked of a port without it is final', async () => {
    const { url } = await scripted(() => good)
    const error = await ask(await policyOf(url.replace('http:', 'https:'))).catch((thrown: Error) => thrown)
    expect((error as Error).message).toMatch(/does not speak HTTPS there: check the port, or begin --base-url with http:/)
  })

  it('a port that speaks no HTTP is final', async () => {
    const port = await listen(createTcpServer((socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n')))
    const error = await ask(await policyOf(`http://127.0.0.1:${port}/v1`)).catch((thrown: Error) => thrown)
    expect((error as Error).message).toMatch(/does not speak HTTP there/)
  })

  it('the proxy of the environment is used, but not for this machine or what NO_PROXY names', async () => {
    const { url, asked } = await scripted(() => good)
    const env = { VLM_GYM_API_KEY: KEY, HTTP_PROXY: new URL(url).origin }
    const policy = await policyOf('http://model.example/v1', { env })
    expect(await ask(policy)).toMatchObject({ text: 'fine' })
    expect(asked[0]?.headers.host).toBe('model.example')
    expect(await ask(await policyOf(url, { env: { ...env, HTTP_PROXY: 'http://127.0.0.1:9' } }))).toMatchObject({ text: 'fine' })
    const named = await ask(await policyOf('http://model.invalid/v1', { env: { ...env, NO_PROXY: 'model.invalid' } })).catch(
      (thrown: Error) => thrown,
    )
    expect(named).toBeInstanceOf(Error)
    expect(asked).toHaveLength(2)
  })

  it('a proxy that nobody serves is named', async () => {
    const policy = await policyOf('https://model.example/v1', { env: { HTTPS_PROXY: 'http://127.0.0.1:9' } })
    await expect(ask(policy)).rejects.toThrow(
      /cannot be reached: the connection was refused.*HTTPS_PROXY names a proxy: unless NO_PROXY names the host, check that one/,
    )
    await expect(policyOf('https://model.example/v1', { env: { HTTPS_PROXY: 'nonsense' } })).rejects.toThrow(
      /HTTPS_PROXY is not the address of a proxy/,
    )
  })

  it.each(['http://127.0.0.1', 'http://localhost', 'http://0.0.0.0', 'http://a.localhost', 'http://[::1]'])(
    'a proxy that is none harms nobody at %s, which is this machine',
    async (address) => {
      const env = { HTTPS_PROXY: 'socks5://127.0.0.1:9', HTTP_PROXY: 'nonsense' }
      expect((await policyOf(`${address}:9/v1`, { env })).record()).toMatchObject({ address: `${address}:9/v1` })
    },
  )
})
