/** The options of `vlm-gym teach`, in groups, and its examples. */
import type { Command } from 'commander'
import { REPLY_TAGS } from '../gym/index.ts'
import { SCRIPTED } from '../jobs/index.ts'
import { THEMES } from '../render/index.ts'
import { PRESETS } from '../train/index.ts'
import { withPicturesOption, withPluginOption } from './extras-options.ts'
import {
  choiceOption,
  collect,
  numberWithin,
  wholeNumber,
  withConfigFile,
  withExamples,
  withFolderForce,
  withJson,
  withSet,
} from './options.ts'
import { withRequestOptions } from './request-options.ts'

/** Adds them all. */
export function withTeachOptions(command: Command): void {
  whatOptions(command)
  whoOptions(command)
  playedOptions(command)
  shownOptions(command)
  keptOptions(command)
  whereOptions(command)
  printedOptions(command)
  examples(command)
}

function whatOptions(command: Command): void {
  command.optionsGroup('What is made:')
  command.addOption(
    choiceOption(
      '--preset <name>',
      'make what vlm-gym train --preset NAME learns from: its games with their knobs, its pictures, prompts and teacher',
      Object.keys(PRESETS),
    ),
  )
  withConfigFile(command, 'a training config, as vlm-gym train --config takes it: make what that run learns from')
  command.addOption(
    choiceOption(
      '--for <whom>',
      'vlm: full prompts and large pictures; embedded: those of the embedded model (default: vlm, or as the preset has it)',
      ['vlm', 'embedded'],
    ),
  )
  command.option('--examples <n>', 'examples to make, shared evenly among the games', wholeNumber(1), 1000)
  command.option(
    '--seed <n>',
    'whole number that decides the games and all chance of the teacher (default: 0, or the preset’s)',
    wholeNumber(),
  )
}

function whoOptions(command: Command): void {
  command.optionsGroup('Who answers:')
  command.option('--teacher <name>', `who answers: ${SCRIPTED} (the game's own teacher), solver, greedy-1 …`, SCRIPTED)
  command.option(
    '--model <model>',
    'instead of --teacher, a model that is told the true perception: a checkpoint (a .safetensors file), or one behind HTTP (openai:NAME, openai-compatible:NAME …)',
  )
  withRequestOptions(command)
  command.option('--per-minute <n>', 'of a model behind HTTP: requests a minute at most', wholeNumber(1))
  command.option('--retries <n>', 'of a model behind HTTP: tries after a failed request', wholeNumber(0, 100), 6)
  command.option('--timeout <seconds>', 'of a model behind HTTP: of a request', wholeNumber(1, 86_400), 120)
  command.option('--no-blind', 'the scripted teacher without its blind spots')
  command.option(
    '--slip <p>',
    'of the scripted teacher: probability of a uniform legal move instead of its own (default: 0.05)',
    numberWithin(0, 1),
  )
  command.option(
    '--insight <p>',
    'of the scripted teacher: probability that it acts on its thoughts, as if without blind spots (default: 0.1)',
    numberWithin(0, 1),
  )
  command.option('--temperature <t>', 'of a model', numberWithin(0, 2), 1)
  command.option(
    '--max-tokens <n>',
    'longest reply of a model, tokens (default: 1024; of a checkpoint with --preset, those of the preset)',
    wholeNumber(4),
  )
}

function playedOptions(command: Command): void {
  command.optionsGroup('What is played:')
  command.option('--game <id>', 'game to play; may be given many times (default: 2048, or all games of the preset)', collect)
  withSet(command, 'one knob: size=4 of the one game that is played, or GAME.size=4 of one of several')
  withPluginOption(command)
  withPicturesOption(command)
  command.option('--horizon <n>', 'moves after which a fresh game begins (default: 100, or those of the preset by game)', wholeNumber(1))
  command.option('--parallel <n>', 'games played side by side', wholeNumber(1, 4096), 16)
}

function shownOptions(command: Command): void {
  command.optionsGroup('What is shown, instead of what --for says:')
  command.addOption(choiceOption('--prompt <style>', 'prompts', ['full', 'brief']))
  command.addOption(
    choiceOption(
      '--tags <set>',
      'of prompts and kept replies: neutral (<rationale>, <move>), which chat templates leave alone, or paper (<think>, <answer>); default: neutral for vlm, paper for embedded',
      REPLY_TAGS,
    ),
  )
  command.addOption(choiceOption('--layout <name>', 'of pictures', ['board', 'full']))
  command.option('--tile <n>', 'side of a tile, pixels', wholeNumber(8, 256))
  command.addOption(
    choiceOption('--theme <name>', 'colours of the pictures (default: classic, or those of the preset)', Object.keys(THEMES)),
  )
}

function keptOptions(command: Command): void {
  command.optionsGroup('What is kept:')
  command.option('--max-replies <n>', 'replies to ask for at most (default: 4 an example, and 100 at least)', wholeNumber(1))
  command.option(
    '--patience <n>',
    'while nothing is kept, stop once the first n replies were all dropped for one reason; 0: never',
    wholeNumber(0),
    20,
  )
  command.option('--held-out <share>', 'share of the boards that are held out, 0 to 0.9', numberWithin(0, 0.9), 0.1)
  command.option('--min-reward <points>', 'environment reward that a kept move earns at least', numberWithin(Number.MIN_SAFE_INTEGER), 0)
  command.option('--max-regret <points>', 'points that a kept move may lose against the solver (default: any)', numberWithin())
}

function whereOptions(command: Command): void {
  command.optionsGroup('Where it goes:')
  command.option('--out <folder>', 'folder of the data set (default: data/<preset or games>-<seed>)')
  withFolderForce(command)
  command.option('--resume <folder>', 'go on with a stopped session; it keeps its options')
}

function printedOptions(command: Command): void {
  command.optionsGroup('What is printed:')
  command.option('--quiet', 'no progress')
  withJson(command)
}

function examples(command: Command): void {
  withExamples(command, [
    ['vlm-gym teach --examples 2000 --out data/taught', 'boards of 2048 for a real VLM, as JSON lines, PNG and Parquet, with a card'],
    [
      'vlm-gym teach --preset laptop --examples 5000 --out data/small',
      'what the main training job learns from; then: vlm-gym train --set coldStart.dataset=data/small',
    ],
    ['vlm-gym teach --preset laptop --for vlm --game swap', 'one game as that job has it, in prompts and pictures for a real VLM'],
    [
      'vlm-gym teach --game swap --game shisen-sho --set shisen-sho.kinds=6 --max-regret 1',
      'two games, one with a knob, and only moves that are nearly the solver’s',
    ],
    ['vlm-gym teach --preset quick --model g1.safetensors', 'a trained model that is told the board'],
    ['vlm-gym teach --model openai-compatible:qwen --base-url http://localhost:8000/v1', 'a real VLM as the teacher'],
    ['vlm-gym teach --resume data/taught', 'go on after Ctrl-C or a crash: the same data set comes out'],
  ])
}
