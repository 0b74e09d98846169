/**
 * GRPO in one file: a small vision-language model learns to play 2048 from its picture, first from a teacher, then from rewards.
 *
 *     npm run build && npx tsx recipes/grpo-loop.ts
 *
 * It is the trainer's loop without its comforts (checkpoints, several games, clever credit), about a minute on a laptop. Every name that is
 * imported is public. To train a real VLM, give another engine: the loop asks nothing else of it.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createEngine } from '@vlm-gym/engine-onnx'
import { deriveSeed, envSpec, loadGame, samplerPolicy, seededRng } from 'vlm-gym'
import type { Datum, Engine } from 'vlm-gym/engine'
import {
  type EnvSnapshot,
  lastMoment,
  observationOf,
  paperReward,
  type RewardSpec,
  rewardOf,
  rewardScores,
  rolloutGroups,
  startSnapshot,
  type Trajectory,
  walk,
} from 'vlm-gym/gym'
import { teacherPolicy } from 'vlm-gym/policies'
import { datumOf, datumsOf, lexiconOf, sequencesOf } from 'vlm-gym/train'

const SEED = 0
const COLD_STEPS = Number(process.env.COLD_STEPS ?? 400)
const RL_STEPS = Number(process.env.RL_STEPS ?? 30)
const MAX_TOKENS = 90

// What is played, and how it looks: 4×4 tiles of 16 pixels, prompts of a few words, replies with perception, thoughts and answer.
const game = await loadGame('2048')
const spec = envSpec({ game, skin: { theme: 'classic', tile: 16, layout: 'board' }, promptStyle: 'brief' })

// A point each for the format, the share of cells read rightly, true thoughts and a legal move, and what the move is worth to an expert.
const reward: RewardSpec = {
  ...paperReward,
  weights: { game: 1, format: 1, perceptionExact: 0, perceptionCells: 1, think: 1, legal: 1 },
  signal: 'regret',
}

/** A state after up to 60 random legal moves; the same for the same seed. */
function stateOf(seed: number): EnvSnapshot {
  const rng = seededRng(seed, 'moves')
  return lastMoment(walk(spec, startSnapshot(spec, deriveSeed(seed, 'game')), rng.int(61), rng, { stop: 'before' }))
}

/** The cold start: the teacher's replies, which begin with the true board. Each datum weighs its reply tokens alike. */
async function coldStart(engine: Engine): Promise<void> {
  const teacher = teacherPolicy({ blind: true, slip: 0.05 })
  for (let step = 0; step < COLD_STEPS; step++) {
    const states = Array.from({ length: 32 }, (_, i) => stateOf(deriveSeed(SEED, 'cold', step, i)))
    const observations = states.map((now) => observationOf(spec, now))
    const seed = deriveSeed(SEED, 'teacher', step)
    const replies = await teacher.reply(observations, { n: 1, seed, privileged: { states: states.map(({ state }) => state) } })
    const turns = observations.map((observation, i) => ({
      prompt: engine.chat.prompt(observation),
      tokens: engine.chat.reply(replies[i]?.[0]?.text ?? ''),
    }))
    const weight = 1 / turns.reduce((sum, { tokens }) => sum + tokens.length, 0)
    const data = turns.flatMap((turn) => sequencesOf([turn]).map((one) => datumOf(one, () => ({ weights: turn.tokens.map(() => weight) }))))
    const { loss } = await update(engine, data, 'cross_entropy', 2e-3 * (1 - step / COLD_STEPS))
    if (step % 20 === 0 || step === COLD_STEPS - 1) console.log(`cold start ${step + 1}/${COLD_STEPS}  loss ${loss.toFixed(3)}`)
  }
}

/** Both calls are submitted before either is awaited; the engine carries them out in order. */
async function update(engine: Engine, data: readonly Datum[], loss: 'cross_entropy' | 'ppo', learningRate: number): Promise<{ loss: number }> {
  const pass = engine.forwardBackward({ data, loss, config: { clipLow: 0.8, clipHigh: 1.28 } })
  const step = engine.optimStep({ learningRate, maxGradNorm: 1, optimizer: loss === 'ppo' ? 'adam' : 'muon' })
  const [{ metrics }] = await Promise.all([pass, step])
  return metrics
}

/** The reward of an episode of one reply. */
function rewardOfEpisode({ steps: [step] }: Trajectory): number {
  if (!step?.sample) return 0
  return rewardOf(reward, step.score, rewardScores(reward, game, step.sample.state)).total
}

/** One step of GRPO: groups of replies from one state each, advantages against the mean of the group, one clipped update. */
async function grpoStep(engine: Engine, step: number): Promise<{ reward: number; perception: number }> {
  const policy = samplerPolicy(engine, { maxTokens: MAX_TOKENS })
  const starts = Array.from({ length: 32 }, (_, i) => ({ spec, snapshot: stateOf(deriveSeed(SEED, 'rl', step, i)) }))
  const groups = await rolloutGroups(policy, starts, { n: 8, seed: deriveSeed(SEED, 'sample', step) })
  const rewards = groups.map((group) => group.map(rewardOfEpisode))
  const tokens = groups.flat().reduce((sum, { steps: [one] }) => sum + (one?.sample?.reply.sampled?.tokens.length ?? 0), 0)
  const data = groups.flatMap((group, g) => {
    const own = rewards[g] as number[]
    const mean = own.reduce((sum, value) => sum + value, 0) / own.length
    return group.flatMap((episode, k) => {
      const advantage = ((own[k] as number) - mean) / tokens
      return datumsOf(episode, (turn) => {
        const { logprobs = [] } = episode.steps[turn]?.sample?.reply.sampled ?? {}
        return { logprobs, advantages: logprobs.map(() => advantage) }
      })
    })
  })
  await update(engine, data, 'ppo', 3e-4)
  const all = rewards.flat()
  const exact = groups.flat().filter(({ steps: [one] }) => one?.score.perceptionExact === 1)
  return { reward: all.reduce((sum, value) => sum + value, 0) / all.length, perception: exact.length / all.length }
}

const model = { width: 96, layers: 2, heads: 3, headWidth: 32, mlp: 2, patch: 16, textLength: 100 }
const folder = await mkdtemp(join(tmpdir(), 'grpo-loop-'))
const engine = await createEngine({ model, seed: SEED, threads: 2, folder }, { words: () => lexiconOf([game]) })
console.log(`${engine.info.name}: ${engine.info.parameters.toLocaleString('en-US')} parameters, ${engine.chat.vocabularySize} words`)
await coldStart(engine)
// RL begins with the weights of the cold start and a fresh optimiser.
await engine.load(await engine.save('cold-start', 'weights'), { optimizer: false })
for (let step = 0; step < RL_STEPS; step++) {
  const { reward: mean, perception } = await grpoStep(engine, step)
  console.log(`grpo ${step + 1}/${RL_STEPS}  reward ${mean.toFixed(3)}  boards read exactly ${(100 * perception).toFixed(0)} %`)
}
await engine.close()
await rm(folder, { recursive: true })
