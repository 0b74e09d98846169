/** Command lines that are wrong, over all commands: each ends in one sentence of plain words, with exit code 1 or 2. */
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mockEngine } from '../testing/index.ts'
import { runLine } from './run-cli-fixture.ts'

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
})
afterAll(() => {
  taken.close()
  chmodSync(folder, 0o755)
  rmSync(folder, { recursive: true })
})
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
  ['train --set recipes=["g2"]', 2, /give "g0", "g1", "g1-paper", "arm-f", "arm-p", "arm-a", "arm-pa", "transfer" or "curriculum"/],
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
  ['player', 2, /no model is named; give --model, or set the environment variable OPENAI_MODEL/],
  ['player --model m', 2, /no address to ask; set the environment variable OPENAI_BASE_URL, or give --base-url/],
  ['player --model m --base-url http://127.0.0.1:1/v1 --state vg1.x', 2, /--state: The text is not a state token/],
  ['player --model m --base-url http://127.0.0.1:1/v1 --state vg1.x --seed 1 --set size=3', 2, /do not go together/],
  ['player --model m --base-url http://127.0.0.1:1/v1 --reward weights.fromat=1', 2, /unknown key "weights.fromat"/],
  ['player --model m --base-url http://127.0.0.1:1/v1 --reward weights', 2, /--reward weights is not a setting; write --reward key=value/],
  [
    'player --model m --base-url http://127.0.0.1:1/v1 --reward signal.x=1 --reward signal.x.y=1',
    2,
    /--reward signal\.x\.y=1: signal\.x is 1/,
  ],
  ['player --model m --base-url http://127.0.0.1:1/v1 --gme swap', 2, /unknown option '--gme'/],
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
  ['show 2048 --out bare/board.gif', 2, /\.png or \.svg/],
  ['show --state vg1.2048.1.x.00000000', 1, /damaged/],
  ['play 2048 --delay x', 2, /whole number, 0 to 60000/],
  ['vectors bare', 1, /it is a folder/],
  ['trian', 2, /no command "trian" \(did you mean "train"\?\); there are train, /],
  ['serve g1.safetensors', 2, /did you mean "serve-model"\?/],
  ['--preset tiny', 2, /--preset stands where a command should; name the command first, one of train, /],
  ['gams', 2, /no command "gams" \(did you mean "games"\?\)/],
  ['help shw', 2, /no command "shw" \(did you mean "show"\?\)/],
  ['--json', 2, /--json stands where a command should/],
  ['show', 2, /name a game/],
  ['show 2084', 2, /no game is called "2084" \(did you mean "2048"\?\)/],
  ['show 2048 more', 2, /too many arguments/],
  ['show 2048 --sed 1', 2, /unknown option '--sed' \(Did you mean one of --seed/],
  ['show 2048 --seed 1.5', 2, /'1\.5' is invalid\. Give a whole number/],
  ['show 2048 --seed 99999999999999999999', 2, /is invalid/],
  ['show 2048 --moves -1', 2, /Give a whole number, 0 to/],
  ['show 2048 --set size', 2, /--set key=value/],
  ['show 2048 --set sise=5', 2, /unknown key "sise" \(did you mean "size"\?\)/],
  ['show 2048 --set size=9 --set goal=12', 2, /size cannot be 9 .*; goal cannot be 12/],
  ['show 2048 --set size=big', 2, /size cannot be "big"/],
  ['show 2048 --set __proto__.x=1', 2, /"__proto__" is not a key/],
  ['show 2048 --tile 7', 2, /8 to 256/],
  ['show 2048 --theme drak', 2, /'drak' is invalid.*\(did you mean "dark"\?\)/],
  ['show 2048 --layout wide', 2, /'wide' is invalid\. It is none of the choices; give board, full/],
  ['show 2048 --prompt long', 2, /'long' is invalid\. It is none of the choices; give full, brief/],
  ['show 2048 --perception 6', 2, /Give a whole number, 0 to 5/],
  ['show 2048 --skin noise', 2, /--skin noise is not a setting; write --skin key=value/],
  ['show 2048 --skin noise=2', 2, /the skin is refused: noise cannot be 2/],
  ['show 2048 --skin nois=0.1', 2, /unknown key "nois" \(did you mean "noise"\?\)/],
  ['show 2048 --skin noise=0.1 --out board.svg', 2, /cannot hold; write a \.png/],
  ['show 2048 --grid', 2, /give --out FILE\.png/],
  ['show 2048 --grid --out levels.png --reasoning 2', 2, /--reasoning is for a single state/],
  ['show --state vg1.nonsense --perception 2', 2, /do not go together/],
  ['show 2048 --out board.gif', 2, /\.png or \.svg/],
  ['show 2048 --out nowhere/board.png', 2, /its folder does not exist/],
  ['show --state vg1.nonsense', 1, /not a state token/],
  ['show --state vg1.nonsense --set size=3', 2, /do not go together/],
  ['play 2048 --json', 2, /--json goes with --watch/],
  ['play 2048 --moves 5', 2, /--moves goes with --watch/],
  ['play 2048 --watch nobody', 2, /no policy "nobody"; known are random/],
  ['play 2048 --watch solvr', 2, /no policy "solvr" \(did you mean "solver"\?\)/],
  ['play 2048 --watch human', 2, /leave it out to play yourself/],
  ['vectors', 2, /missing required argument 'file'/],
  ['vectors nowhere.jsonl', 1, /cannot read nowhere\.jsonl: there is no such file/],
  ['vectors .', 1, /it is a folder/],
  ['eval --preset papr', 2, /no preset "papr" of evaluation \(did you mean "paper"\?\)/],
  ['eval', 2, /no policy to evaluate; name one, such as random, or give --preset paper/],
  ['eval --preset paper --set size=5', 2, /--set cannot go with --preset paper/],
  ['eval --preset paper --no-restart', 2, /--no-restart cannot go with --preset paper/],
  ['eval --quiet --game 2048 reference-strict', 2, /reference-strict does not play 2048/],
  ['eval random solvr', 2, /no policy "solvr" \(did you mean "solver"\?\)/],
  [
    'eval random --tags neutral',
    2,
    /^error: --tags is for models behind HTTP, and none is named; leave it out, or name one with --model\n$/,
  ],
  ['eval --model gpt-4o', 2, /not written provider:NAME/],
  ['eval --model openai:gpt-4o', 2, /OPENAI_API_KEY/],
  ['eval --model openai-compatible:m --base-url nonsense', 2, /not an address/],
  [
    'eval --model openai-compatible:m --base-url http://127.0.0.1:9/v1 --game 2084',
    2,
    /no game is called "2084" \(did you mean "2048"\?\)/,
  ],
  ['eval --model openai-compatible:m --base-url http://127.0.0.1:9/v1 --set sise=4', 2, /unknown key "sise" \(did you mean "size"\?\)/],
  ['eval --model openai-compatible:m --base-url http://127.0.0.1:9/v1 --price-in 1', 2, /give both/],
  ['eval random random', 2, /named twice/],
  ['eval human', 2, /vlm-gym play/],
  ['eval random --theme nope', 2, /nope/],
  ['teach --game 2084 --out never', 2, /no game is called "2084" \(did you mean "2048"\?\)/],
  ['teach --set sise=5 --out never', 2, /unknown key "sise"/],
  ['teach --teacher nobody --out never', 2, /no policy "nobody"/],
  ['teach --teacher human --out never', 2, /vlm-gym play/],
  ['teach --slip 2 --out never', 2, /slip/],
  ['teach --held-out 1 --out never', 2, /--held-out .*'1' is invalid. Give a number from 0 to 0.9/],
  ['teach --max-regret few --out never', 2, /--max-regret .*'few' is invalid/],
  ['teach --theme drak --out never', 2, /drak/],
  ['teach --for me --out never', 2, /'me' is invalid. .*vlm, embedded/],
  ['teach --model none.safetensors --out never', 1, /cannot read the checkpoint/],
  ['teach --preset labtop --out never', 2, /'labtop' is invalid.*did you mean "laptop"/],
  ['teach --preset quick --game swap --out never', 2, /quick does not play "swap"; it plays shisen-sho/],
  ['teach --preset laptop --set kinds=6 --out never', 2, /write --set GAME\.kinds=6 with one of 2048, shisen-sho/],
  ['teach --game swap --game 2048 --set shisen-sho.kinds=6 --out never', 2, /is of shisen-sho, which is not played/],
  ['teach --preset laptop --set swap.color=4 --out never', 2, /the config of swap .*"color" \(did you mean "colours"\?\)/],
  ['teach --config none.json --out never', 2, /--config none\.json cannot be read/],
  ['teach --resume x --examples 3', 2, /--examples cannot be given with --resume/],
  ['train --preset tiny --quiet --out never --set rl.stepz=3', 2, /rl\.stepz.*steps/],
  ['train --preset tiny --quiet --out never --set rl.kl=-1', 2, /rl\.kl/],
  ['train --preset desktop', 2, /desktop/],
  ['train --preset tiny --quiet --out never --set games.0.id=chess', 2, /chess/],
  ['train --seeds 3-1 --out never', 2, /0,1,2 or 0-2/],
  ['train --seeds 1 --seed 1 --out never', 2, /--seed and --seeds/],
  ['train --seeds 1 --resume x', 2, /names one run/],
  ['train --seeds 1-2 --out never --resume', 1, /no run to go on/],
  ['train --preset tiny --seeds 1-2 --out never --set rl.kl=-1', 2, /rl\.kl/],
]

const wordsOf = (line: string): string[] => line.split(' ').map((word) => (word === '""' ? '' : word))

describe('a wrong command line', () => {
  it.each(LINES)('%s', async (line, code, says) => {
    const { stderr, ...told } = await runLine(wordsOf(line), folder)
    expect(stderr).toMatch(says)
    expect(told).toEqual({ code, stdout: '' })
    expect(stderr).toMatch(/^error: [^\n]+\n$/)
    for (const foreign of FOREIGN) expect(stderr).not.toMatch(foreign)
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
