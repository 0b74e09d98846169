/** docs/deploy.md: the image and the manifests as far as they can be read, the commands in it, and several servers behind a balancer. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { Agent, createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { validate } from 'dockerfile-utils'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { envSpec, loadGames } from 'vlm-gym'
import { type GymServer, serveGym } from 'vlm-gym/server'
import { parseAllDocuments } from 'yaml'
import { type Answer, script, talk, told } from './gym-client.ts'
import { blocksOf, withPrograms } from './page.ts'

const root = fileURLToPath(new URL('../', import.meta.url))
const KEY = 'a-key-of-the-tests-0123456789'

describe('the image', () => {
  const text = readFileSync(join(root, 'containers/Dockerfile'), 'utf8')
  const steps = [...text.matchAll(/^([A-Z]+) (.*)$/gm)].map((match) => ({ word: match[1] as string, rest: match[2] as string }))
  const of = (word: string): string[] => steps.filter((step) => step.word === word).map(({ rest }) => rest)

  it('has nothing that a linter finds', () => {
    for (const file of ['containers/Dockerfile', 'openenv/Dockerfile'])
      expect(validate(readFileSync(join(root, file), 'utf8')).map(({ message }) => message)).toEqual([])
  })

  it('is built in stages from one Node by its full version, and runs as nobody special', () => {
    const { engines, scripts, bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    expect(engines.node).toBe('>=20.19')
    expect(new Set(of('FROM').map((rest) => rest.split(' ')[0]))).toEqual(new Set(['node:22.20.0-bookworm-slim']))
    expect(of('FROM')[0]).toMatch(/ AS build$/)
    expect(of('USER')).toEqual(['node'])
    for (const run of of('RUN')) {
      const [, script] = /^npm run (\S+)$/.exec(run) ?? []
      if (script !== undefined) expect(scripts).toHaveProperty(script)
      else expect(run).toMatch(/^npm (ci|pack|install) /)
    }
    expect(
      of('ENTRYPOINT')
        .concat(of('CMD'))
        .map((rest) => JSON.parse(rest)),
    ).toEqual([Object.keys(bin), ['player']])
    // What the build needs is carried along.
    const ignored = readFileSync(join(root, 'containers/Dockerfile.dockerignore'), 'utf8').trim().split('\n')
    expect(ignored.filter((line) => /^(src|packages|assets|scripts|package)/.test(line))).toEqual([])
  })
})

describe('the commands of the page', { timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'deploy-'))
  afterAll(() => rmSync(folder, { recursive: true }))

  it('are taken as they stand, in place of a container by this process’s own build', async () => {
    const [block = '', secret = ''] = blocksOf('deploy.md', 'sh')
    const endpoint = createServer((_, response) => {
      const choices = [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: '?' } }]
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ choices }))
    })
    endpoint.listen(0, '127.0.0.1')
    await once(endpoint, 'listening')
    // What `docker run` would start: the words after the image. The server's port is a free one, and it is stopped once it answers with its key.
    const docker = `
if [ "$1" = build ]; then test -f "${root}$3" && echo "built $5"; exit; fi
while [ "$1" != vlm-gym:0.1.0 ]; do shift; done
shift
if [ "$1" != serve ]; then exec vlm-gym "$@"; fi
vlm-gym "$@" --port 0 --json > "${folder}/served" & server=$!
until grep -q url "${folder}/served"; do sleep 0.1; done
url=$(sed -n 's/.*"url": "\\(.*\\)",/\\1/p' "${folder}/served" | sed 's/0\\.0\\.0\\.0/127.0.0.1/')
node -e 'const [url] = process.argv.slice(1)
for (const headers of [{}, { authorization: "Bearer " + process.env.VLM_GYM_KEY }])
  console.log((await fetch(url + "/metadata", { headers })).status)
console.log((await fetch(url + "/health")).status)' --input-type=module "$url"
kill -TERM $server; wait $server; echo "ended $?"`
    const env = withPrograms(folder, { docker, kubectl: 'printf "%s\\n" "$@"' })
    const url = `http://127.0.0.1:${(endpoint.address() as AddressInfo).port}`
    const outcome = await sh(block, { ...env, OPENAI_BASE_URL: url, OPENAI_API_KEY: 'none', OPENAI_MODEL: 'm' })
    endpoint.close()
    const [built, keyless, keyed, health, ended, line] = outcome.out.trim().split('\n')
    expect([built, keyless, keyed, health, ended]).toEqual(['built vlm-gym:0.1.0', '401', '200', '200', 'ended 130'])
    expect(JSON.parse(line as string)).toMatchObject({ status: 'played', seed: 7, steps: 20, unreadable: 1 })
    expect(outcome.code).toBe(0)
    expect((await sh(secret, env)).out).toMatch(/^create\nsecret\ngeneric\nvlm-gym\n--from-literal=key=[0-9a-f]{64}\n$/)
  })

  function sh(text: string, env: Record<string, string>): Promise<{ code: number; out: string }> {
    return new Promise((resolve) => {
      const child = spawn('sh', ['-euc', text], { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] })
      let out = ''
      child.stdout.on('data', (data) => {
        out += data
      })
      child.on('close', (code) => resolve({ code: code ?? -1, out }))
    })
  }
})

describe('the manifests', () => {
  const objects: Answer[] = blocksOf('deploy.md', 'yaml')
    .flatMap((text) => parseAllDocuments(text))
    .map((document) => {
      expect([...document.errors, ...document.warnings]).toEqual([])
      return document.toJS()
    })
  const named = (kind: string, name?: string): Answer =>
    objects.find((object) => object.kind === kind && (name === undefined || object.metadata.name === name))

  it('are a deployment, two services and a job', () => {
    expect(objects.map(({ apiVersion, kind, metadata }) => [apiVersion, kind, metadata.name])).toEqual([
      ['apps/v1', 'Deployment', 'vlm-gym'],
      ['v1', 'Service', 'vlm-gym'],
      ['v1', 'Service', 'vlm-gym-sessions'],
      ['batch/v1', 'Job', 'vlm-gym-episodes'],
    ])
  })

  it('let the probes ask /health at the port of the server, which takes its key from a secret', () => {
    const { spec } = named('Deployment')
    const [container] = spec.template.spec.containers
    const { args, ports, env, image } = container
    expect(spec.replicas).toBeGreaterThan(1)
    expect(spec.selector.matchLabels).toEqual(spec.template.metadata.labels)
    expect(image).toBe('vlm-gym:0.1.0')
    expect(args.slice(0, 5)).toEqual(['serve', '--host', '0.0.0.0', '--port', String(ports[0].containerPort)])
    expect(env).toEqual([{ name: 'VLM_GYM_KEY', valueFrom: { secretKeyRef: { name: 'vlm-gym', key: 'key' } } }])
    for (const probe of ['startupProbe', 'readinessProbe', 'livenessProbe'])
      expect(container[probe].httpGet).toEqual({ path: '/health', port: ports[0].name })
    for (const service of ['vlm-gym', 'vlm-gym-sessions']) {
      const { selector, ports: open } = named('Service', service).spec
      expect(selector).toEqual(spec.selector.matchLabels)
      expect(open).toEqual([{ name: 'http', port: 8765, targetPort: ports[0].name }])
    }
    expect([named('Service', 'vlm-gym'), named('Service', 'vlm-gym-sessions')].map((one) => one.spec.sessionAffinity)).toEqual([
      undefined,
      'ClientIP',
    ])
  })

  it('play an episode for each index, and ask for no rights', () => {
    const { spec } = named('Job')
    const { args, env } = spec.template.spec.containers[0]
    expect([spec.completionMode, spec.template.spec.restartPolicy]).toEqual(['Indexed', 'Never'])
    expect(args).toEqual(['player', '--quiet', '--game', '2048', '--seed', '$(SEED)', '--horizon', '100'])
    expect(env[0].valueFrom.fieldRef.fieldPath).toContain('job-completion-index')
    expect(spec.podFailurePolicy.rules).toEqual([{ action: 'FailJob', onExitCodes: { operator: 'In', values: [2] } }])
    for (const object of [named('Deployment'), named('Job')]) {
      const pod = object.spec.template.spec
      expect(pod).toMatchObject({ automountServiceAccountToken: false, securityContext: { runAsNonRoot: true, runAsUser: 1000 } })
      expect(pod.containers[0].securityContext).toEqual({
        ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
      })
      expect(pod.containers[0].resources).toHaveProperty('limits.memory')
    }
  })
})

/** A small balancer: each request and each WebSocket goes to the server that `pick` names. */
async function balancer(
  servers: readonly GymServer[],
  pick: (request: IncomingMessage) => number,
): Promise<{ server: Server; url: string; seen: number[] }> {
  const seen = servers.map(() => 0)
  const targetOf = (request: IncomingMessage): URL => {
    const at = pick(request)
    seen[at] = (seen[at] as number) + 1
    return new URL((servers[at] as GymServer).url)
  }
  const server = createServer((request, response) => {
    const { hostname, port } = targetOf(request)
    const { method, url: path, headers } = request
    const onward = httpRequest({ hostname, port, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode as number, answer.headers)
      answer.pipe(response)
    })
    request.pipe(onward)
  })
  server.on('upgrade', (request, socket) => {
    const { hostname, port } = targetOf(request)
    const onward = connect(Number(port), hostname, () => {
      const lines = Array.from({ length: request.rawHeaders.length / 2 }, (_, i) => request.rawHeaders.slice(2 * i, 2 * i + 2).join(': '))
      onward.write(`${request.method} ${request.url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`)
      socket.pipe(onward).pipe(socket)
    })
    for (const end of [socket, onward]) end.on('error', () => {})
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, seen, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

describe('several servers behind a balancer', { timeout: 120_000 }, () => {
  const open: { close(): unknown }[] = []
  const servers: GymServer[] = []
  beforeAll(async () => {
    for (const seed of [1, 2, 3]) servers.push(await serveGym({ port: 0, seed, key: KEY }))
    open.push(...servers)
  })
  afterAll(async () => {
    for (const one of open.reverse()) await one.close()
  })

  const balanced = async (pick: (request: IncomingMessage) => number) => {
    const made = await balancer(servers, pick)
    open.push({ close: () => made.server.closeAllConnections() ?? made.server.close() })
    return made
  }
  /** Whoever comes next, without regard to who asks. */
  const inTurn = () => {
    let turn = 0
    return balanced(() => turn++ % servers.length)
  }
  const authorization = `Bearer ${KEY}`
  /** A request from an address of this machine. */
  const send = (url: string, path: string, body: unknown, localAddress = '127.0.0.1'): Promise<{ status: number; body: Answer }> =>
    new Promise((resolve, reject) => {
      const headers = { authorization, 'content-type': 'application/json' }
      const asked = httpRequest(new URL(path, url), { method: 'POST', headers, agent: new Agent({ localAddress }) }, (answer) => {
        let text = ''
        answer.setEncoding('utf8').on('data', (part) => {
          text += part
        })
        answer.on('end', () => resolve({ status: answer.statusCode as number, body: JSON.parse(text) }))
      })
      asked.on('error', reject)
      asked.end(JSON.stringify(body))
    })

  it('score groups alike, whoever is asked', async () => {
    const { url, seen } = await inTurn()
    for (const game of await loadGames()) {
      const { replies, expected } = await script(envSpec({ game, horizon: 6 }), 7, 6)
      const groups = expected.slice(0, -1).map((step: Answer) => ({ state: step.state, replies }))
      const answers = []
      for (const _ of servers) answers.push(await send(url, '/v1/groups', { groups }))
      expect(answers[0]?.status).toBe(200)
      for (const answer of answers) expect(answer).toEqual(answers[0])
      // Each group's own reply is the step of the episode, whichever server makes it.
      const stepped = answers[0]?.body.groups.map(({ replies: scored }: Answer, at: number) => [scored[at].reward, scored[at].state])
      expect(stepped).toEqual(expected.slice(1).map((step: Answer) => [step.reward, step.state]))
    }
    expect(seen.every((count) => count === seen[0] && count > 0)).toBe(true)
  })

  it('keep an episode of a WebSocket where it began', async () => {
    const { url, seen } = await inTurn()
    const [game] = (await loadGames()) as [Answer]
    const episodes = await Promise.all(
      [1, 2, 3, 4, 5, 6].map(async (seed) => {
        const { replies, expected } = await script(envSpec({ game, horizon: 5 }), seed, 5)
        const { ask, socket } = await talk(url, { headers: { authorization } })
        const answers = [await ask({ type: 'reset', data: { game: game.id, seed, horizon: 5 } })]
        for (const text of replies) answers.push(await ask({ type: 'step', data: { text } }))
        socket.close()
        return [answers.map(({ data }) => told(data)), expected]
      }),
    )
    for (const [seen_, expected] of episodes) expect(seen_).toEqual(expected)
    expect(seen).toEqual([2, 2, 2])
  })

  it('know a session of HTTP only where it began, so a balancer that binds clients by address is needed, and does', async () => {
    const next = await inTurn()
    const started = await send(next.url, '/v1/sessions', { resets: [{ seed: 1 }] })
    const [{ id }] = started.body.results.map((result: Answer) => ({ id: result.metadata.episode_id }))
    expect((await send(next.url, '/v1/step', { steps: [{ id, text: '?' }] })).status).toBe(404)

    const sticky = await balanced(({ socket }) => Number(socket.remoteAddress?.split('.').at(-1)) % servers.length)
    for (const address of ['127.0.0.1', '127.0.0.2', '127.0.0.3']) {
      const begun = await send(sticky.url, '/v1/sessions', { resets: [{ seed: 1 }, { seed: 2 }] }, address)
      const ids = begun.body.results.map((result: Answer) => result.metadata.episode_id)
      for (let turn = 1; turn <= 3; turn++) {
        const steps = ids.map((one: string) => ({ id: one, text: '?' }))
        const moved = await send(sticky.url, '/v1/step', { steps }, address)
        expect([moved.status, moved.body.results.map((result: Answer) => result.metadata.steps)]).toEqual([200, [turn, turn]])
      }
    }
    expect(sticky.seen).toEqual([4, 4, 4])
  })
})
