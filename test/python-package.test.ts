/** The Python package in python/: every face of it against episodes of this process. `VLM_GYM_PYTHON_GYM`: an interpreter that has the libraries it is for; `VLM_GYM_PYTHON_TRL`: one with TRL. */
import { execFile, execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { PNG } from 'pngjs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { envSpec, loadGames } from 'vlm-gym'
import { type Answer, type Script, script, serveGame } from './gym-client.ts'
import type { Running } from './running-server.ts'
import { main } from './vlm-gym.ts'

const source = fileURLToPath(new URL('../python', import.meta.url))
const python = process.env.VLM_GYM_PYTHON_GYM
const has = python !== undefined && works('import gymnasium, verifiers, skyrl_gym, mypy, hatchling, build')
const trainer = process.env.VLM_GYM_PYTHON_TRL
const missing = '(skipped where Python has no gymnasium, verifiers and skyrl_gym)'
const folder = mkdtempSync(join(tmpdir(), 'python-package-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** What a program of Python sees of its surroundings: the package as it stands here, the command as it was built, and the programs beside Python. */
const surroundings = {
  ...process.env,
  PYTHONPATH: join(source, 'src'),
  PYTHONDONTWRITEBYTECODE: '1',
  VLM_GYM_COMMAND: `'${process.execPath}' '${main}'`,
  PATH: [python === undefined ? '' : dirname(python), process.env.PATH].join(delimiter),
}

function works(code: string): boolean {
  try {
    execFileSync(python as string, ['-c', code], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** Runs Python to its end and gives what it printed. */
async function run(args: readonly string[], env: object = {}): Promise<string> {
  const { stdout } = await promisify(execFile)(python as string, args, {
    env: { ...surroundings, ...env },
    cwd: folder,
    maxBuffer: 2 ** 28,
  })
  return stdout
}

const pixelsOf = (png: string): string => {
  const { data } = PNG.sync.read(Buffer.from(png, 'base64'))
  return createHash('sha256')
    .update(data.filter((_, at) => at % 4 !== 3))
    .digest('hex')
}

describe.skipIf(!has)(`the faces of the Python package ${missing}`, { timeout: 600_000 }, () => {
  const file = join(folder, 'episodes.json')
  let running: Running
  const scripts: Script[] = []
  beforeAll(async () => {
    running = await serveGame()
    const plans: object[] = []
    for (const game of await loadGames())
      for (const seed of [11, 12]) {
        const one = await script(envSpec({ game, horizon: 6 }), seed, 6)
        scripts.push(one)
        plans.push({ reset: { game: game.id, seed, horizon: 6 }, replies: one.replies })
      }
    writeFileSync(file, JSON.stringify(plans))
  })
  afterAll(() => running.child.kill('SIGKILL'))

  it.each(['client', 'batch', 'fork', 'gymnasium', 'vector', 'skyrl', 'trl', 'rewards'])(
    'play every game as this process does: %s',
    async (face) => {
      const episodes = JSON.parse(
        await run([fileURLToPath(new URL('./python/play_faces.py', import.meta.url)), face, running.url, file]),
      ) as Answer[][]
      expect(episodes).toHaveLength(scripts.length)
      for (const [at, { expected }] of scripts.entries()) {
        const known = expected.map((step: Answer) => ({ ...step, pixels: pixelsOf(step.image) }))
        expect(episodes[at]).toHaveLength(known.length)
        // A face hands on a part of it; what it hands on is the same.
        for (const [turn, step] of (episodes[at] as Answer[]).entries())
          expect(step).toEqual(Object.fromEntries(Object.keys(step).map((name) => [name, known[turn]?.[name]])))
      }
    },
  )
})

describe.skipIf(!has)(`the Python package ${missing}`, { timeout: 600_000 }, () => {
  const at = (name: string) => fileURLToPath(new URL(`./python/${name}`, import.meta.url))

  it('passes Gymnasium’s checker, and is batched what Gymnasium makes of single environments', async () => {
    const games = (await loadGames()).map(({ id }) => id)
    const { checked, vector, ended } = JSON.parse(await run([at('check_gymnasium.py'), ...games]))
    expect([...checked].sort()).toEqual([...games].sort())
    expect(vector).toHaveLength(games.length)
    expect(ended).toBeGreaterThan(0)
  })

  it('starts a server that ends with it, even when it is killed; what goes wrong is said', async () => {
    const killed = await promisify(execFile)(python as string, [at('start_server.py')], { env: surroundings }).catch((error) => error)
    expect(killed.signal).toBe('SIGKILL')
    const report = JSON.parse(killed.stdout)
    expect(report).toMatchObject({ elsewhere: report.hash, keyed: report.hash, forked: Array(2).fill([report.url, report.hash]) })
    const said = (name: string) => expect([name, report[name].message, report[name].code, report[name].param])
    said('closed').toEqual(['closed', expect.stringMatching(/does not answer .*is `vlm-gym serve` running there/), null, null])
    said('unseeded').toEqual(['unseeded', expect.stringMatching(/^seed is missing: .* a column seed/), null, null])
    // A reply that was not played is no bad reply.
    expect(report.played).toEqual(Array(2).fill(report.closed))
    said('game').toEqual(['game', expect.stringMatching(/"204".*did you mean/), 'VALIDATION_ERROR', 'resets[1].game'])
    said('ended').toEqual(['ended', expect.stringMatching(/it was closed or sat idle/), 'SESSION_NOT_FOUND', 'steps[0].id'])
    said('token').toEqual(['token', expect.stringMatching(/^groups\[0\].state: /), 'VALIDATION_ERROR', 'groups[0].state'])
    said('picture').toEqual(['picture', expect.stringMatching(/no pictures.*image='none'/), null, null])
    said('command').toEqual(['command', expect.stringMatching(/^no-such-command cannot be run: .*VLM_GYM_COMMAND/), null, null])
    said('broken').toEqual(['broken', expect.stringMatching(/did not start: not a server/), null, null])
    expect(report.key).toMatchObject({ status: 401, message: expect.stringMatching(/Authorization/) })
    expect(killed.stdout).not.toContain('a-key')
    await expect
      .poll(
        () =>
          fetch(report.url).then(
            () => 'there',
            () => 'gone',
          ),
        { timeout: 20_000 },
      )
      .toBe('gone')
  })

  it('has types that a strict checker finds no fault with', async () => {
    const out = await promisify(execFile)(python as string, ['-m', 'mypy', '--cache-dir', join(folder, 'mypy')], { cwd: source }).catch(
      (error) => error,
    )
    expect(out.stdout).toMatch(/^Success: no issues found/)
  })

  it('is built without a network into a wheel and an archive of its source, and the wheel works by itself', async () => {
    const built = join(folder, 'built')
    await run(['-m', 'build', '--no-isolation', '--outdir', built, source], { PIP_NO_INDEX: '1' })
    const { version } = JSON.parse(readFileSync(join(source, '../package.json'), 'utf8')) as { version: string }
    expect(readdirSync(built).sort()).toEqual([`vlm_gym-${version}-py3-none-any.whl`, `vlm_gym-${version}.tar.gz`])
    const place = join(folder, 'installed')
    const files = readdirSync(built).map((name) => join(built, name))
    await run(['-m', 'pip', 'install', '--no-index', '--no-deps', '--target', place, files.find((name) => name.endsWith('.whl')) as string])
    expect(readdirSync(join(place, 'vlm_gym'))).toEqual(expect.arrayContaining(['py.typed', 'client.py', 'verifiers.py']))
    const code = 'import vlm_gym; print(vlm_gym.__file__, vlm_gym.shared().episode(seed=7).now.metadata["steps"])'
    expect(await run(['-c', code], { PYTHONPATH: place })).toBe(`${join(place, 'vlm_gym', '__init__.py')} 0\n`)
    const listed = execFileSync('tar', ['-tzf', files.find((name) => name.endsWith('.gz')) as string], { encoding: 'utf8' })
    expect(listed).toMatch(/\/src\/vlm_gym\/py.typed\n/)
    expect(listed).toMatch(/\/LICENSE\n/)
    expect(listed).not.toMatch(/__pycache__/)
  })
})

/** The first block of code in that language under a heading of docs/python.md, as a reader copies it. */
function start(heading: string, language: string): string {
  const page = readFileSync(join(source, '../docs/python.md'), 'utf8')
  const section = page.split(/^#+ /m).find((text) => text.startsWith(heading)) as string
  const [, code] = new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``).exec(section) as unknown as [string, string]
  return code
}

describe.skipIf(trainer === undefined)('TRL (skipped where Python has no trl, torch and torchvision)', { timeout: 600_000 }, () => {
  it('takes a step of GRPO on a tiny random Qwen3-VL with a picture in every turn, by docs/python.md as it stands', async () => {
    const code = join(folder, 'start_trl.py')
    writeFileSync(code, start('TRL', 'python'))
    const env = { ...surroundings, HF_HUB_OFFLINE: '1', TRL_EXPERIMENTAL_SILENCE: '1' }
    const script = fileURLToPath(new URL('./python/train_trl.py', import.meta.url))
    const { stdout } = await promisify(execFile)(trainer as string, [script, code], { env, cwd: folder, maxBuffer: 2 ** 26 })
    const report = JSON.parse(stdout.trim().split('\n').at(-1) as string) as Answer
    expect(report).toMatchObject({ steps: 1, failures: 0, same: [], tensors: 64 })
    // A turn more, a picture more, in each of eight rollouts; the end of an episode has none.
    expect(report.pictures).toEqual([1, 2, 3, 3].map((count) => Array(8).fill(count)))
    // Two groups, each from one board; rewards are what the client gets for the same replies.
    const seeds = report.rewards.map(([seed]: Answer) => seed)
    expect(seeds).toEqual([...Array(4).fill(seeds[0]), ...Array(4).fill(seeds[4])])
    for (const [, given, played] of report.rewards) expect(given).toBe(played)
    expect(new Set(report.rewards.slice(0, 4).map(([, given]: Answer) => given)).size).toBeGreaterThan(1)
    expect(report.reward).toBeCloseTo(report.rewards.reduce((sum: number, [, given]: Answer) => sum + given, 0) / 8, 5)
  })
})

describe.skipIf(!has)(`docs/python.md, as it stands ${missing}`, { timeout: 600_000 }, () => {
  it.each([
    ['The gym for trainers', /-?\d.* False \{.*'outcome': 'played'/],
    ['Gymnasium', /^$/],
    ['verl', /^\[-?\d.*\] \{'score': -?\d/],
    ['SkyRL', /^\{'return': -?\d+, 'steps': \d+\}/],
  ])('starts: %s', async (heading, printed) => {
    expect(await run(['-c', start(heading, 'python')])).toMatch(printed)
  })

  it('starts: verifiers', async () => {
    const { server, url } = await listen((_, body, answer) =>
      answer(200, 'text/event-stream', streamed(JSON.parse(body).model, '<answer>1</answer>')),
    )
    const env = { ...surroundings, MODEL: 'scripted', OPENAI_BASE_URL: `${url}/v1`, OPENAI_API_KEY: 'none' }
    await promisify(execFile)('sh', ['-c', `${start('verifiers', 'sh')} --no-rich`.replace('\n --no', ' --no')], { env, cwd: folder })
    server.close()
    const [name] = readdirSync(join(folder, 'outputs')) as [string]
    const traces = readFileSync(join(folder, 'outputs', name, 'traces.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(traces.map(({ ok, traces: [trace] }) => [ok, trace.metrics.steps])).toEqual([
      [true, 2],
      [true, 2],
    ])
  })
})

describe.skipIf(!has)(`verifiers ${missing}`, { timeout: 600_000 }, () => {
  it('evaluates whole episodes of every game, a picture in every turn, against an endpoint that is scripted', async () => {
    const games = await loadGames()
    const scripts = await Promise.all(
      games.map((game, at) => script(envSpec({ game, horizon: 3 }), 21 + at, 3, ['left', '<answer>0</answer> '])),
    )
    const turns = scripts.map(() => 0)
    const { server, url } = await listen((_, body, answer) => {
      const { messages, model } = JSON.parse(body) as Answer
      // A turn of the user is the picture and the text of that moment, in the whole conversation so far.
      const users = messages
        .filter(({ role }: Answer) => role === 'user')
        .map(({ content: [image, text] }: Answer) => [image.image_url.url, text.text])
      const at = scripts.findIndex(({ expected: [first] }) => users[0][0] === dataUrl(first))
      const { expected, replies } = scripts[at] as Script
      expect(users).toEqual(expected.slice(0, users.length).map((step: Answer) => [dataUrl(step), step.text]))
      turns[at] = Math.max(turns[at] as number, users.length)
      answer(200, 'text/event-stream', streamed(model, replies[users.length - 1] as string))
    })
    const args = ['vlm-gym', '-m', 'scripted', '--client.base-url', `${url}/v1`, '--client.api-key-var', 'NO_KEY', '--no-push', '--no-rich']
    const taskset = { games: games.map(({ id }) => id), tasks: games.length, seed: 21, reset: { horizon: 3 } }
    for (const [name, value] of Object.entries(taskset)) args.push(`--env.taskset.${name}`, JSON.stringify(value))
    await run([join(dirname(python as string), 'vf-eval'), ...args, '-o', join(folder, 'evaluated')])
    server.close()
    expect(turns).toEqual(scripts.map(({ replies }) => replies.length))
    const [name] = readdirSync(join(folder, 'evaluated')) as [string]
    const episodes = readFileSync(join(folder, 'evaluated', name, 'traces.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    const seen = Object.fromEntries(
      episodes.map(({ ok, task, traces: [trace] }: Answer) => [task.data.name, [ok, trace.rewards.reward.score, trace.metrics]]),
    )
    const known = scripts.map(({ expected }, at) => {
      const last = expected.at(-1) as Answer
      const reward = expected.reduce((sum: number, step: Answer) => sum + (step.reward ?? 0), 0)
      return [`${games[at]?.id}#${21 + at}`, [true, reward, { return: last.return, steps: last.steps }]]
    })
    expect(seen).toEqual(Object.fromEntries(known))
  })
})

const dataUrl = (step: Answer): string => `data:image/png;base64,${step.image}`

/** A completion of a chat as a stream of events. */
function streamed(model: string, content: string): string {
  const chunk = (rest: object): string =>
    `data: ${JSON.stringify({ id: 'x', object: 'chat.completion.chunk', created: 0, model, ...rest })}\n\n`
  const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 }
  return [
    chunk({ choices: [{ index: 0, delta: { role: 'assistant', content }, finish_reason: null }] }),
    chunk({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }),
    chunk({ choices: [], usage }),
    'data: [DONE]\n\n',
  ].join('')
}

type Answerer = (request: IncomingMessage, body: string, answer: (status: number, type: string, body: string) => void) => void

/** A server on a free port that answers requests with a body. What `answerer` throws is the answer, so that the client stops and shows it. */
async function listen(answerer: Answerer): Promise<{ server: Server; url: string }> {
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (part) => {
      body += part
    })
    request.on('end', () => {
      const answer = (status: number, type: string, text: string): unknown => response.writeHead(status, { 'content-type': type }).end(text)
      try {
        answerer(request, body, answer)
      } catch (error) {
        answer(400, 'text/plain', String(error))
      }
    })
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}
