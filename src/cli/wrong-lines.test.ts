/** Command lines that are wrong, over all commands: each ends in one sentence of plain words, with exit code 1 or 2. */
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { mockEngine } from '../testing/index.ts'
import { COMMANDS } from './command-table.ts'
import { runCli } from './run.ts'

const before = process.cwd()
const folder = mkdtempSync(join(tmpdir(), 'vlm-gym-wrong-'))
/** What the commands find; nothing may be added to it. */
const FILES: { readonly [name: string]: string | Uint8Array } = {
  'open.json': '{"seed": 1',
  'list.json': '[1]',
  'comment.json': '{\n  // of mine\n  "seed": 1\n}',
  'wrong.json': '\uFEFF{"seed": "x", "rl": {"steps": 1.5}, "gmaes": []}',
  'nothing.json': '',
  'noise.safetensors': Uint8Array.from({ length: 300 }, (_, i) => (i * 151 + 7) % 256),
  'empty.safetensors': '',
  'throws.mjs': 'throw new Error("the moon is full")',
  'none.mjs': 'export {}',
  'imports.mjs': 'import "./nowhere.mjs"',
  'syntax.mjs': 'this is no program',
}
let taken: Server
let port = 0

beforeAll(async () => {
  for (const [name, content] of Object.entries(FILES)) writeFileSync(join(folder, name), content)
  mkdirSync(join(folder, 'bare'))
  taken = createServer()
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
  port = (taken.address() as { port: number }).port
  process.chdir(folder)
  // The test runner listens to its own process, and the warning would stand among the sentences.
  process.setMaxListeners(0)
})
afterAll(() => {
  process.chdir(before)
  taken.close()
  chmodSync(folder, 0o755)
  rmSync(folder, { recursive: true })
})
afterEach(() => {
  vi.restoreAllMocks()
  process.exitCode = undefined
  // The command lets its parent go; the parent here is the test runner, which is still to be spoken to.
  process.channel?.ref()
})

interface Told {
  readonly code: number
  readonly out: string
  readonly err: string
}

async function run(args: readonly string[]): Promise<Told> {
  const told = { out: '', err: '' }
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    told.out += text
    return true
  })
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    told.err += text
    return true
  })
  const code = await runCli(COMMANDS, args)
  vi.restoreAllMocks()
  return { code, ...told }
}

/** What no sentence for people holds: codes of the system, words of libraries, stacks, places inside the package. */
const FOREIGN = [
  /\bE[A-Z]{4,}\b/,
  /Invalid input/i,
  /\bzod\b/i,
  /\bexpected\b.*\breceived\b/i,
  /\bat .*:\d+:\d+/,
  /node_modules|src\/cli|dist\/cli/,
  /undefined|\[object/,
  /unexpected:/,
]

/** [command line, exit code, what the sentence says]. */
const LINES: readonly (readonly [string, 1 | 2, RegExp])[] = [
  ['train --config nowhere.json', 2, /--config nowhere\.json cannot be read: there is no such file/],
  ['train --config wrogn.json', 2, /did you mean "wrong\.json"\?/],
  ['train --config bare', 2, /it is a folder/],
  ['train --config open.json', 2, /open\.json is not JSON: it ends too early/],
  ['train --config nothing.json', 2, /it is empty/],
  ['train --config list.json', 2, /must hold a JSON object/],
  ['train --config comment.json', 2, /a comment in line 2, column 3/],
  ['train --config noise.safetensors', 2, /it is no text/],
  [
    'train --config wrong.json',
    2,
    /seed cannot be "x" \(give a whole number, 0 or more\); rl\.steps cannot be 1\.5 .*unknown key "gmaes" \(did you mean "games"/,
  ],
  ['train --config', 2, /argument missing/],
  ['train --config ""', 2, /--config is empty; give it a value, or leave it out/],
  ['train --out ""', 2, /--out is empty/],
  ['train --set rl', 2, /--set key=value/],
  ['train --set rl.stesp=3', 2, /unknown key "rl\.stesp" \(did you mean "steps"/],
  ['train --set nothing.here=3', 2, /unknown key "nothing"/],
  ['train --set games.7.id=swap', 2, /not an index of a list of 4/],
  ['train --set games.0.id=swpa', 2, /no game is called "swpa" \(did you mean "swap"/],
  ['train --set games.0.config.size=9', 2, /size cannot be 9 \(give a whole number from 3 to 6\)/],
  ['train --set rl.steps=NaN', 2, /rl\.steps cannot be "NaN"/],
  ['train --set rl.signal=regrett', 2, /cannot be "regrett" \(did you mean "regret"\? give "paper" or "regret"\)/],
  ['train --set recipes=["g2"]', 2, /give "g0", "g1", "g1-paper", "arm-f", "arm-p", "arm-a" or "arm-pa"/],
  ['train --set skin.theme=drak', 2, /did you mean "dark"/],
  ['train --set engine=no-such-engine', 1, /npm install no-such-engine/],
  ['train --set model.widht=64', 2, /unknown key "widht" \(did you mean "width"/],
  ['train --seed 1.5', 2, /Give a whole number, 0 or more/],
  ['train --preset laptpo', 2, /did you mean "laptop"/],
  ['train --quick --preset tiny', 2, /give one of the two/],
  ['train --plugin nowhere.mjs', 2, /there is no file/],
  ['train --plugin bare', 2, /is a folder/],
  ['train --plugin ./throws.mjs', 2, /the moon is full/],
  ['train --plugin ./none.mjs', 2, /registers no game/],
  ['train --plugin ./imports.mjs', 2, /it imports .*nowhere\.mjs, which is not there/],
  ['train --plugin ./syntax.mjs', 2, /cannot be loaded/],
  ['train --plugin no-such-package', 2, /no installed package has that name/],
  ['train --pictures nowhere', 1, /there is no such file or folder; unpack the binary version of CIFAR-10/],
  ['train --resume nowhere', 1, /there is no run in nowhere/],
  ['train --resume x --set seed=1', 2, /--set cannot go with --resume/],
  ['train --resume x --force', 2, /--force cannot go with --resume/],
  ['train more', 2, /too many arguments/],
  ['eval', 2, /no policy to evaluate/],
  ['eval ""', 2, /an argument of eval is empty/],
  ['eval randm', 2, /did you mean "random"/],
  ['eval greedy-10', 2, /no policy "greedy-10"/],
  ['eval random --game shisensho', 2, /did you mean "shisen-sho"/],
  ['eval random --set sise=4', 2, /did you mean "size"/],
  ['eval random --episodes 1', 2, /2 or more/],
  ['eval random --mode captoin', 2, /did you mean "caption"/],
  ['eval random --temperature -1', 2, /from 0 to 2/],
  ['eval nowhere.safetensors', 1, /there is no such file or folder; give/],
  ['eval nois.safetensors', 1, /did you mean "noise\.safetensors"/],
  ['eval noise.safetensors', 1, /not a usable checkpoint/],
  ['eval empty.safetensors', 1, /not a usable checkpoint/],
  ['eval opanai:gpt', 2, /did you mean "openai"/],
  ['eval --model gpt', 2, /provider:NAME/],
  ['eval --model openai-compatible:qwen', 2, /give --base-url/],
  ['eval --resume nowhere', 1, /there is no run in nowhere/],
  ['eval random --out list.json --episodes 2 --horizon 2', 2, /list\.json/],
  ['teach --teacher solvr', 2, /did you mean "solver"/],
  ['teach --slip abc', 2, /from 0 to 1/],
  ['teach --model nowhere.safetensors', 1, /there is no such file/],
  ['teach --out list.json', 2, /list\.json/],
  ['teach --resume bare', 1, /no data set in bare/],
  ['export nowhere.safetensors --out x.onnx', 1, /there is no such file/],
  ['export bare --out x.onnx', 1, /it is a folder/],
  ['export noise.safetensors', 2, /--out/],
  ['serve-model', 2, /missing required argument/],
  ['serve-model nowhere.safetensors', 1, /there is no such file/],
  ['serve-model noise.safetensors --port 99999', 2, /0 to 65535/],
  ['compare nowhere', 1, /there is no run in nowhere/],
  ['compare list.json', 1, /list\.json/],
  ['compare nowhere --format htm', 2, /did you mean "html"/],
  ['report bare', 1, /there is no run in bare/],
  ['games swpa', 2, /did you mean "swap"/],
  ['show 2048 --set size=', 2, /size cannot be ""/],
  ['show 2048 --skin symbols=leters', 2, /did you mean "letters"/],
  ['show 2048 --out nowhere/board.png', 2, /its folder does not exist/],
  ['show 2048 --out bare/board.gif', 2, /\.png or \.svg/],
  ['show --state vg1.2048.1.x.00000000', 1, /damaged/],
  ['play 2048 --watch solvr', 2, /did you mean "solver"/],
  ['play 2048 --delay x', 2, /whole number, 0 to 60000/],
  ['vectors nowhere.jsonl', 1, /there is no such file/],
  ['vectors bare', 1, /it is a folder/],
  ['trian', 2, /no command "trian" \(did you mean "train"\?\); there are train, /],
  ['serve g1.safetensors', 2, /did you mean "serve-model"\?/],
  ['--preset tiny', 2, /--preset stands where a command should; name the command first, one of train, /],
  ['help shw', 2, /did you mean "show"/],
]

const wordsOf = (line: string): string[] => line.split(' ').map((word) => (word === '""' ? '' : word))

describe('a wrong command line', () => {
  it.each(LINES)('%s', async (line, code, says) => {
    const told = await run(wordsOf(line))
    expect(told.err).toMatch(says)
    expect(told).toMatchObject({ code, out: '' })
    expect(told.err).toMatch(/^error: [^\n]+\n$/)
    for (const foreign of FOREIGN) expect(told.err).not.toMatch(foreign)
  })

  it('that asks for a port in use', async () => {
    // Nothing but a checkpoint leads to the port, so the server is asked as the command asks it.
    const { serveModel } = await import('../server/index.ts')
    const engine = mockEngine({ chat: { words: ['</answer>'] } })
    const serve = (host: string, at: number): Promise<unknown> => serveModel({ engine, model: 'm', host, port: at, seed: 0 })
    await expect(serve('127.0.0.1', port)).rejects.toThrow(/another program listens there; give another --port/)
  })

  it('leaves nothing behind', () => {
    expect(readdirSync(folder).sort()).toEqual([...Object.keys(FILES), 'bare'].sort())
    expect(readdirSync(join(folder, 'bare'))).toEqual([])
  })
})
