/** The bootstrapping view of a page: a part a stage of reinforcement learning and game. */
import { type Bootstrapping, bootstrapping, WINDOW } from './bootstrapping.ts'
import { gamesIn, type StageLines, stageOfGame } from './curves.ts'

/** The section of a page. */
export interface BootstrappingPage {
  readonly note: string
  readonly parts: readonly {
    /** Names its curves: '<game>.perceptionExact' of that stage; null where a run plays one game. */
    readonly stage: string
    readonly game: string | null
    readonly label: string
    readonly colour: number
    readonly sentence: string
    readonly gains: Bootstrapping['gains']
  }[]
}

const NOTE = `Do perception and reasoning lift each other in RL? Perception: replies whose perception is exact. Reasoning: best moves among those. A gain is the change of the mean from one window of ${WINDOW} steps to the next; the correlation is Pearson’s, over windows. It shows that two things move together, not which moves the other.`

const short = (value: number): number => Number(value.toPrecision(4))

/** Null without a step of reinforcement learning. */
export function bootstrappingPage(stages: readonly StageLines[]): BootstrappingPage | null {
  const rl = stages.filter(({ kind, lines }) => kind === 'rl' && lines.length > 0)
  if (rl.length === 0) return null
  const games = gamesIn(rl)
  const partOf = (stage: StageLines, game: string | null): BootstrappingPage['parts'][number] => {
    const { sentence, gains } = bootstrapping(game === null ? stage : stageOfGame(stage, game))
    return {
      stage: stage.name,
      game,
      label: game === null ? stage.label : `${stage.label} on ${game}`,
      colour: stage.colour,
      sentence,
      gains: gains.map(({ perception, reasoning }) => ({ perception: short(perception), reasoning: short(reasoning) })),
    }
  }
  const parts =
    games.length === 0 ? rl.map((stage) => partOf(stage, null)) : games.flatMap((game) => rl.map((stage) => partOf(stage, game)))
  return { note: NOTE, parts }
}
