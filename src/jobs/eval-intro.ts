/** What an evaluation is about to do, in a few lines, so that a wrong option is seen before it costs anything. */

import { boundedHorizon } from '../gym/index.ts'
import { ENDPOINT_TOKENS, isEndpointName } from '../policies/endpoints.ts'
import type { EvalConfig } from './eval-config.ts'
import type { EvalJob } from './eval-games.ts'
import { isCheckpointName } from './named.ts'
import { CHECKPOINT_TOKENS } from './players.ts'

/** A line of what is played, and one each of what checkpoints and models behind HTTP are shown. */
export function introLines(config: EvalConfig, jobs: readonly EvalJob[]): string[] {
  const { episodes, seed, preset } = config
  const games = jobs.map(gameText).join('; ')
  const names = [...new Set(jobs.flatMap((job) => job.names))]
  const by = preset === null ? '' : `, preset ${preset}`
  const seen = [
    ...(names.some(isCheckpointName) ? [checkpointText(config)] : []),
    ...(names.some(isEndpointName) ? [modelText(config, jobs)] : []),
  ]
  return [`plays ${games}${by}: ${number(episodes)} episodes from seed ${seed}, by ${names.join(', ')}`, ...seen]
}

const number = (value: number): string => value.toLocaleString('en-US')

function gameText({ spec }: EvalJob): string {
  const knobs = Object.entries(spec.config as object).map(([name, value]) => `${name}=${value}`)
  return [spec.game.id, ...knobs, `(${spec.restart ? '' : 'at most '}${number(boundedHorizon(spec))} moves)`].join(' ')
}

function lookText({ theme, tile, layout, prompt, mode, feedback }: EvalConfig, usual: readonly [number, string, string]): string {
  const picture = mode === 'image' ? '' : `, ${mode}`
  return `${tile ?? usual[0]} px tiles, ${theme}, layout ${layout ?? usual[1]}, ${prompt ?? usual[2]} prompt${picture}${feedback ? '' : ', no feedback'}`
}

function checkpointText(config: EvalConfig): string {
  const { decoding, maxTokens } = config
  const how = decoding === null || decoding === 'both' ? 'sampled and greedy' : decoding
  return `checkpoints see ${lookText(config, [16, 'board', 'brief'])}; ${how}, ${maxTokens ?? CHECKPOINT_TOKENS} tokens a reply at most`
}

function modelText(config: EvalConfig, jobs: readonly EvalJob[]): string {
  const { decoding, temperature, maxTokens, tags, history, examples, baseUrl } = config
  const sampled = `sampled at temperature ${temperature ?? 1}`
  const how = { sampled, greedy: 'greedy', both: `${sampled} and greedy` }[decoding ?? 'sampled']
  const memory = [...(history > 0 ? [`${history} turns shown again`] : []), ...(examples > 0 ? [`${examples} worked examples`] : [])]
  const look = [lookText(config, [64, 'full', 'full']), `${tags} tags`, ...memory].join(', ')
  const requests = `${number(requestsOf(config, jobs))} requests at most, retries apart`
  return `models${baseUrl === null ? '' : ` at ${baseUrl}`} see ${look}; ${how}, ${number(maxTokens ?? ENDPOINT_TOKENS)} tokens a reply at most; ${requests}`
}

/** One request a move of every episode, under every decoding. */
function requestsOf({ episodes, decoding }: EvalConfig, jobs: readonly EvalJob[]): number {
  const each = jobs.map(({ names, spec }) => names.filter(isEndpointName).length * boundedHorizon(spec))
  return each.reduce((sum, moves) => sum + moves, 0) * episodes * (decoding === 'both' ? 2 : 1)
}
