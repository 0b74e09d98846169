/** Worked examples for prompts: states that are never evaluated, each with the reply of the teacher without its faults. */
import { ConfigError } from '../errors.ts'
import { askOne, type EnvSnapshot, type EnvSpec, inTags, lastMoment, observationOf, startSnapshot, walk } from '../gym/index.ts'
import { teacherPolicy } from '../policies/index.ts'
import type { Turn } from '../policy.ts'
import { deriveSeed, seededRng } from '../rng.ts'

/** Random moves before an example at most, so that examples show more than first boards. */
const MOVES = 20

export interface ExampleOptions {
  readonly count: number
  readonly seed: number
  /** Seeds of the games that are evaluated. */
  readonly used: ReadonlySet<number>
}

/** A state some random legal moves into a game; null if the game ended on the way. */
function stateOf(spec: EnvSpec, seed: number): EnvSnapshot | null {
  const rng = seededRng(seed, 'example')
  const now = lastMoment(walk(spec, startSnapshot(spec, seed), rng.int(MOVES + 1), rng))
  return spec.game.rules.terminated(now.state) ? null : now
}

/** `count` exchanges: what the player sees, and a reply that is true in every part, in the tags of the spec. Throws ConfigError in a game without a teacher. */
export async function workedExamples(spec: EnvSpec, { count, seed, used }: ExampleOptions): Promise<Turn[]> {
  if (count > 0 && spec.game.teacher?.teach === undefined) {
    throw new ConfigError(`the game ${spec.game.id} has no teacher, so there are no worked examples; leave --examples out`)
  }
  const teacher = teacherPolicy({ blind: false, slip: 0, gameNamed: () => spec.game })
  const examples: Turn[] = []
  for (let attempt = 0; examples.length < count; attempt++) {
    if (attempt > 100 * count) throw new ConfigError(`${spec.game.id}: no ${count} worked examples were found; ask for fewer`)
    const gameSeed = deriveSeed(seed, 'worked-example', attempt)
    const now = used.has(gameSeed) ? null : stateOf(spec, gameSeed)
    if (now === null) continue
    const observation = observationOf(spec, now)
    const reply = await askOne(teacher, { observation, state: now.state }, { seed: gameSeed })
    if (reply.failure === undefined) examples.push({ observation, reply: { text: inTags(reply.text, spec.tags) } })
  }
  return examples
}
