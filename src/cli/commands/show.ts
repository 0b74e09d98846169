/** `vlm-gym show`: one state from every side: the picture a model sees, the truth behind it, the prompt, and the moves with their worth. */
import { extname } from 'node:path'
import type { Command } from 'commander'
import { ConfigError } from '../../errors.ts'
import type { PromptStyle } from '../../game.ts'
import { drawPng, type EnvSnapshot, type EnvSpec, encodeState, lastMoment, observationOf, stateHash, walk } from '../../gym/index.ts'
import { frameOf, promptOf } from '../../messages.ts'
import { encodePng, frameHash, hasEffects, sceneToSvg, themeNamed } from '../../render/index.ts'
import { seededRng } from '../../rng.ts'
import { writeOwnFile } from '../../runs/index.ts'
import type { Frame, Skin } from '../../scene.ts'
import { levelSheet } from '../level-sheet.ts'
import { choiceOption, wholeNumber, withExamples, withFileForce, withJson } from '../options.ts'
import { boardLines } from '../play/board.ts'
import { type StartOptions, startOf, withSkin, withStart } from '../start.ts'
import { coloursOf, hasColours, printJson, printLines, printStyled, tableLines, WIDTH } from '../terminal.ts'

interface ShowOptions extends StartOptions {
  readonly moves: number
  readonly prompt: PromptStyle
  readonly tile: number
  readonly layout: Skin['layout']
  readonly out?: string
  readonly force?: boolean
  readonly grid?: boolean
  readonly json?: boolean
}

/** Options and action of `show`. */
export function defineShow(command: Command): void {
  command.argument('[game]', 'the game; may be left out with --state')
  withStart(command)
  command.option('--moves <n>', 'random legal moves to make first', wholeNumber(0, 1_000_000), 0)
  command.addOption(
    choiceOption('--prompt <style>', 'full: as a real VLM is asked; brief: as the embedded model is', ['full', 'brief']).default('full'),
  )
  withSkin(command)
  command.option('--grid', 'draw one picture for every pair of levels, perception across and reasoning down (with --out FILE.png)')
  command.option('--out <file>', 'write the picture to this .png or .svg file')
  withFileForce(command)
  withJson(command)
  withExamples(command, [
    ['vlm-gym show 2048 --seed 7 --moves 40 --out board.png', 'a board in the middle of a game, with its picture'],
    ['vlm-gym show 2048 --set size=5 --theme dark --tile 64 --out board.svg', 'a larger board in other colours'],
    ['vlm-gym show shisen-sho --preset laptop', 'a board of the size that vlm-gym train plays'],
    ['vlm-gym show swap --grid --tile 24 --out levels.png', 'the sheet of all levels of perception and reasoning'],
    ['vlm-gym show shisen-sho --perception 4 --reasoning 1 --out hard.png', 'hard to see, easy to play'],
    ['vlm-gym show picture-shisen-sho --pictures ./cifar-10-batches-bin --set pictures=cifar10', 'photographs instead of drawings'],
    ['vlm-gym show --state vg1.2048.… --json', 'a state that someone else saw'],
  ])
  command.action(show)
}

async function show(id: string | undefined, options: ShowOptions): Promise<void> {
  const { theme, tile, layout } = options
  if (options.grid) return showGrid(id, options)
  const from = options.state === undefined ? `seed ${options.seed}` : 'from a token'
  const { spec: plain, start } = await startOf(id, options, { theme, tile, layout })
  const spec: EnvSpec = { ...plain, promptStyle: options.prompt }
  const now = lastMoment(walk(spec, start, options.moves, seededRng(options.seed, 'show', 'moves')))
  const { out, force = false } = options
  const picture = out === undefined ? null : await writePicture(spec, now, { file: out, force })
  const facts = factsOf(spec, now, picture)
  if (options.json) printJson(facts)
  else printStyled(describe(spec, now, facts, from))
}

/** The sheet of all levels, and what it shows. */
async function showGrid(id: string | undefined, options: ShowOptions): Promise<void> {
  const { out, force = false, seed, theme, tile, layout } = options
  const single = (['state', 'preset', 'set', 'skin', 'perception', 'reasoning'] as const).find((name) => options[name] !== undefined)
  if (single !== undefined) throw new ConfigError(`--grid shows all levels of a game; --${single} is for a single state`)
  if (out === undefined || extname(out).toLowerCase() !== '.png') throw new ConfigError('--grid draws a picture: give --out FILE.png')
  const { spec } = await startOf(id, options, { theme, tile, layout })
  const frame = levelSheet(spec.game, spec.skin, seed)
  const picture = await writePng(frame, encodePng(frame), { file: out, force })
  if (options.json) printJson({ game: spec.game.id, seed, skin: spec.skin, picture })
  else printLines([`${picture.file}  ${picture.width} x ${picture.height} pixels, ${picture.bytes} bytes`])
}

/** Where a picture goes. */
interface Target {
  readonly file: string
  readonly force: boolean
}

interface WrittenPicture {
  readonly file: string
  readonly width: number
  readonly height: number
  readonly bytes: number
  /** Of the pixels; null for SVG. */
  readonly hash: string | null
}

async function writePicture(spec: EnvSpec, now: EnvSnapshot, target: Target): Promise<WrittenPicture> {
  const { file } = target
  const kind = extname(file).toLowerCase()
  if (kind !== '.png' && kind !== '.svg') throw new ConfigError(`--out ${file} must end in .png or .svg`)
  const { game, skin } = spec
  const frame = frameOf(observationOf(spec, now))
  if (kind === '.png') return writePng(frame, drawPng(game, now.state, skin), target)
  if (hasEffects(skin)) throw new ConfigError(`--out ${file}: this skin's effects are pixels, which an .svg cannot hold; write a .png`)
  const data = new TextEncoder().encode(sceneToSvg(game.draw(now.state, skin, themeNamed(skin.theme))))
  await writeOwnFile({ path: file, form: 'plain', source: 'show', force: target.force }, data)
  return { file, width: frame.width, height: frame.height, bytes: data.length, hash: null }
}

/** Writes the PNG of a frame. */
async function writePng(frame: Frame, data: Uint8Array, { file, force }: Target): Promise<WrittenPicture> {
  await writeOwnFile({ path: file, form: 'plain', source: 'show', force }, data)
  return { file, width: frame.width, height: frame.height, bytes: data.length, hash: frameHash(frame) }
}

/** What `--json` prints. `moves`: best first where the game has a solver, whose scores compare within this state only. */
interface Facts {
  readonly game: string
  readonly version: number
  readonly config: unknown
  readonly skin: Skin
  readonly token: string
  readonly hash: string
  readonly state: unknown
  readonly terminated: boolean
  readonly perception: string
  readonly prompt: string
  readonly moves: readonly { readonly action: string; readonly score: number | null }[]
  readonly picture: WrittenPicture | null
}

function factsOf(spec: EnvSpec, { state, last }: EnvSnapshot, picture: WrittenPicture | null): Facts {
  const { game, config, skin } = spec
  const scored = game.expert?.solver(state) ?? game.rules.legalActions(state).map((action) => ({ action, score: null }))
  return {
    game: game.id,
    version: game.version,
    config,
    skin,
    token: encodeState(game, state, last),
    hash: stateHash(game, state),
    state,
    terminated: game.rules.terminated(state),
    perception: game.perception.format(game.perception.of(state)),
    prompt: promptOf(observationOf(spec, { state, last })),
    moves: scored.map(({ action, score }) => ({ action: game.answer.format(state, action), score })),
    picture,
  }
}

function describe({ game, skin }: EnvSpec, { state, steps }: EnvSnapshot, facts: Facts, from: string): string[] {
  const colours = coloursOf()
  const section = (title: string, lines: readonly string[]): string[] => [
    '',
    colours.bold(title),
    ...lines.map((line) => `  ${line}`.trimEnd()),
  ]
  const knobs = Object.entries(facts.config as object).map(([key, value]) => `${key}=${JSON.stringify(value)}`)
  const random = steps > 0 ? `, after ${steps} random ${steps === 1 ? 'move' : 'moves'}` : ''
  const { picture } = facts
  return [
    `${colours.bold(game.title)}  ${knobs.join(' ')}, ${from}${random}${facts.terminated ? ': the game is over' : ''}`,
    ...(hasColours() ? ['', ...boardLines(game, state, skin.theme, { width: WIDTH - 2 }).map((line) => `  ${line}`)] : []),
    ...section('perception', facts.perception.split('\n')),
    ...section('prompt', facts.prompt.split('\n')),
    ...section(game.expert?.solver ? 'legal moves, best first, with the solver’s score' : 'legal moves', moveLines(facts)),
    ...section('state', [`token  ${facts.token}`, `hash   ${facts.hash}`]),
    ...(picture ? section('picture', [`${picture.file}  ${picture.width} x ${picture.height} pixels, ${picture.bytes} bytes`]) : []),
  ]
}

function moveLines({ moves }: Facts): string[] {
  if (moves.length === 0) return ['none']
  const number = (score: number): string => (Number.isInteger(score) ? String(score) : score.toFixed(3))
  return tableLines(moves.map(({ action, score }) => (score === null ? [action] : [action, number(score)])))
}
