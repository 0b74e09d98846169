/** A game at the terminal: the screen, and the loop of a person who plays. Replies go through the same reader as a model's. */
import { advance, type EnvSnapshot, type EnvSpec, encodeState, formatReply, playReply, startSnapshot } from '../gym/index.ts'
import { LineReader } from '../policies/line-reader.ts'
import type { Reply } from '../policy.ts'
import { boardLines, coloursOf, hasColours } from './terminal.ts'

/** Shows a game as it goes; redraws in place on a terminal, prints one picture after another elsewhere. */
export class PlayScreen {
  readonly #spec: EnvSpec
  readonly #title: string
  readonly #colours = coloursOf()

  constructor(spec: EnvSpec, title: string) {
    this.#spec = spec
    this.#title = title
  }

  /** `message`: what there is to say below the board; may have several lines. */
  show(now: EnvSnapshot, message: string): void {
    const { game, skin } = this.#spec
    const { bold, dim } = this.#colours
    const head = `${bold(game.title)}  ${dim(`${this.#title} · move ${now.steps} · points ${now.return}`)}`
    const clear = process.stdout.isTTY && hasColours() ? '\u001b[2J\u001b[H' : ''
    process.stdout.write(`${clear}${[head, '', ...boardLines(game, now.state, skin.theme), '', message].join('\n')}\n`)
  }

  /** A reply played from a moment: the moment after it, and what to say. */
  played(now: EnvSnapshot, reply: Reply | string): { next: EnvSnapshot; message: string; legal: boolean } {
    const { game } = this.#spec
    const { score, result } = playReply(game, now.state, reply)
    const { green, red } = this.#colours
    const told = game.feedback(result, 'full')
    const points = result.reward > 0 ? green(` +${result.reward}`) : ''
    const message = result.legal
      ? `${score.action}${points}${told === '' ? '' : `  ${told}`}`
      : red(told === '' ? (score.problem ?? '') : told)
    return { next: advance(now, result), message, legal: result.legal }
  }
}

/** Asks for moves until q, Ctrl-D or the end of the input. A move that is refused or cannot be read costs nothing. */
export async function playPerson(spec: EnvSpec, start: EnvSnapshot, firstSeed: number): Promise<void> {
  const { game } = spec
  const screen = new PlayScreen(spec, 'you play')
  const lines = new LineReader({})
  const colours = coloursOf()
  let history: EnvSnapshot[] = [start]
  let seed = firstSeed
  let message = actionsOf(spec)
  for (;;) {
    const now = history.at(-1)!
    const over = game.terminated(now.state)
    screen.show(now, over ? `${message}\n${colours.bold('The game is over.')}` : message)
    const typed = (await lines.ask(`${over ? 'n new game, u undo, q quit' : 'move (u undo, n new, h hint, ? rules, q quit)'}: `))?.trim()
    if (!process.stdin.isTTY) process.stdout.write('\n')
    if (typed === undefined || typed === 'q') break
    if (typed === 'u') {
      message = history.length > 1 ? 'taken back' : 'there is nothing to take back'
      if (history.length > 1) history.pop()
    } else if (typed === 'n') {
      seed += 1
      history = [startSnapshot(spec, seed)]
      message = `a new game, seed ${seed}`
    } else if (typed === 'h') message = hint(spec, now.state)
    else if (typed === '?') message = game.prompt(spec.config, 'full')
    else if (typed === '') message = actionsOf(spec)
    else {
      const perception = game.formatPerception(game.perceive(now.state))
      const parsed = game.parseAction(typed, now.state)
      const played = screen.played(now, formatReply({ perception, think: '', answer: typed }))
      message = 'reason' in parsed ? colours.red(parsed.reason) : played.message
      if (played.legal) history.push(played.next)
    }
  }
  lines.close()
  farewell(spec, history.at(-1)!)
}

function farewell({ game }: EnvSpec, now: EnvSnapshot): void {
  const token = encodeState(game, now.state, now.last)
  const later = game.terminated(now.state) ? '' : `go on later: vlm-gym play --state ${token}\n`
  process.stdout.write(`${now.return} points in ${now.steps} ${now.steps === 1 ? 'move' : 'moves'}\n${later}`)
}

/** The paragraph of the prompt that lists the actions; '' when a game's prompt has none. */
function actionsOf({ game, config }: EnvSpec): string {
  const paragraphs = game.prompt(config, 'full').split(/\n\s*\n/)
  return paragraphs.find((paragraph) => /^Actions\b/.test(paragraph)) ?? ''
}

function hint({ game }: EnvSpec, state: unknown): string {
  const best = game.solver?.(state)[0]
  return best === undefined ? 'there is no hint for this' : `the solver would play ${game.formatAction(state, best.action)}`
}
