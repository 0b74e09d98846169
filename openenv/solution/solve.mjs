/**
 * The oracle: the game's expert plays the episode of validation/runtime.json against a running server and prints what it earned.
 *
 *     node solve.mjs http://127.0.0.1:8000
 *     node solve.mjs http://127.0.0.1:8000 --plan    # prints runtime.json anew: the same reset, and the replies that were played
 */
import { readFileSync } from 'node:fs'
import { createPolicy, loadGames } from 'vlm-gym'
import { decodeState } from 'vlm-gym/gym'

const [url, flag] = process.argv.slice(2)
const plan = JSON.parse(readFileSync(new URL('../validation/runtime.json', import.meta.url), 'utf8'))
const games = await loadGames()
const expert = createPolicy('solver')

async function post(path, body) {
  const response = await fetch(url + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  const answer = await response.json()
  if (!response.ok) throw new Error(answer.detail)
  return answer
}

const { episode_id, seed, options } = plan.reset
let now = await post('/reset', { episode_id, seed, ...options })
const actions = []
const rewards = []
while (!now.done) {
  const { state } = decodeState(now.metadata.state, games)
  const observation = { game: now.observation.game, messages: [] }
  const [[{ text }]] = await expert.reply([observation], { n: 1, seed: 0, privileged: { states: [state] } })
  actions.push({ text })
  now = await post('/step', { episode_id, action: { text } })
  rewards.push(now.reward)
}
const mean = rewards.reduce((sum, reward) => sum + reward, 0) / rewards.length
console.log(JSON.stringify(flag === '--plan' ? { ...plan, actions } : { reward: mean, least: Math.min(...rewards), steps: rewards.length }, null, 2))
