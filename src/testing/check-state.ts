/** The parts of `checkGame` that look at one state: picture, texts, and every action on it. */
import type { FeedbackStep, TeacherFacet } from '../game.ts'
import { gameFeedback, gamePrompt, trainingReward } from '../gym/index.ts'
import type { Scene } from '../scene.ts'
import type { CheckContext } from './check-context.ts'
import { canonical, ensure, notPlain, same } from './ensure.ts'

/** Draws under each skin: whole pixels, items inside the scene, sprites of the catalogue, one catalogue object per skin. */
export function checkScene({ game, skins, theme, where }: CheckContext, state: unknown): void {
  for (const skin of skins) {
    const here = `${where}, ${skin.layout} at ${skin.tile} px`
    const scene = game.draw(state, skin, theme)
    const again = game.draw(state, skin, theme)
    ensure(scene.catalogue === again.catalogue, here, 'draw makes a new catalogue each time')
    ensure(same({ ...scene, catalogue: null }, { ...again, catalogue: null }), here, 'draw is not deterministic')
    checkItems(scene, here)
  }
}

function checkItems({ width, height, items, catalogue }: Scene, where: string): void {
  const whole = (...numbers: number[]): boolean => numbers.every((n) => Number.isInteger(n) && n >= 0)
  ensure(whole(width, height) && width > 0 && height > 0, where, `the scene measures ${width} x ${height}`)
  for (const [at, { sprite, x, y }] of items.entries()) {
    const shown = catalogue.sprites[sprite]
    ensure(shown !== undefined, where, `item ${at} shows sprite ${sprite} of ${catalogue.sprites.length}`)
    ensure(whole(x, y, shown.width, shown.height), where, `item ${at} is not on whole pixels`)
    ensure(x + shown.width <= width && y + shown.height <= height, where, `item ${at} at ${x}, ${y} leaves the scene`)
  }
}

/** Perception, answers, prompts, feedback, thoughts: each reads back as itself and is made of the lexicon's words. */
export function checkTexts(context: CheckContext, state: unknown, actions: readonly unknown[]): void {
  const { game, config, where } = context
  const truth = game.perception.of(state)
  ensure(notPlain(truth) === null, where, `the perception is not plain JSON at ${notPlain(truth)}`)
  const shown = game.perception.format(truth)
  const grid = game.perception.grid?.(truth)
  ensure(
    grid === undefined || (grid.cells.length === grid.rows && grid.cells.every((row) => row.length === grid.columns)),
    where,
    'perception.grid gives a ragged grid',
  )
  ensure(same(game.perception.parse(shown), truth), where, 'the perception text does not read back')
  ensure(same(game.perception.parse(`\n  ${shown.replaceAll('\n', ' \r\n ')}\n`), truth), where, 'perception minds white space')
  for (const junk of ['', 'no grid', `${shown}\n?`])
    ensure(game.perception.parse(junk) === null, where, `${JSON.stringify(junk)} reads as a perception`)
  covered(context, `\n${shown}`, 'the perception')
  if (game.embedded !== undefined) {
    const prompt = game.embedded.prompt(config)
    covered(context, prompt, 'the brief prompt')
    ensure(game.embedded.prompt(config) === prompt, where, 'the brief prompt is not deterministic')
  }
  oneWord(context, null)
  const prompt = gamePrompt(game, config, 'full')
  ensure(gamePrompt(game, config, 'full') === prompt, where, 'the full prompt is not deterministic')
  const { rules } = game.text
  ensure(!/<\/?[a-z]+>/.test(rules(config)), where, 'the rules speak of tags; the gym adds the layout of a reply')
  ensure(gameFeedback(game, null, 'full') === '', where, 'full feedback before the first step is not empty')
  for (const action of actions) checkAnswer(context, state, action)
  checkSpellings(context, state)
  for (const junk of ['', 'x', '-1', '9'.repeat(50)])
    ensure('reason' in game.answer.parse(junk, state), where, `${JSON.stringify(junk)} reads as an action`)
  checkExperts(context, state)
}

/** Other spellings mean something that the strict grammars read, and are nothing to the strict grammars themselves. */
function checkSpellings({ game, where }: CheckContext, state: unknown): void {
  const { answers = {}, cells = {} } = game.answer.spellings ?? {}
  for (const [word, answer] of Object.entries(answers)) {
    ensure(
      word === word.toLowerCase() && 'reason' in game.answer.parse(word, state),
      where,
      `the spelling ${JSON.stringify(word)} is an answer itself, or not in lower case`,
    )
    ensure(
      'action' in game.answer.parse(answer, state),
      where,
      `the spelling ${JSON.stringify(word)} means ${JSON.stringify(answer)}, which is no answer`,
    )
  }
  for (const [text, label] of Object.entries(cells)) {
    ensure(
      text === text.toLowerCase() && game.perception.parse(text) === null,
      where,
      `the spelling ${JSON.stringify(text)} is a label itself, or not in lower case`,
    )
    ensure(
      game.perception.parse(label) !== null,
      where,
      `the spelling ${JSON.stringify(text)} means ${JSON.stringify(label)}, which is no label`,
    )
  }
}

function checkAnswer(context: CheckContext, state: unknown, action: unknown): void {
  const { game, where } = context
  const text = game.answer.format(state, action)
  const read = game.answer.parse(` ${text}\n`, state)
  ensure('action' in read && same(read.action, action), where, `the answer ${JSON.stringify(text)} does not read back`)
  covered(context, text, 'the answer')
  oneWord(context, game.rules.step(state, action))
}

/** Brief feedback is one word, so that prompts keep their length. */
function oneWord({ game, words, where }: CheckContext, result: FeedbackStep<unknown>): void {
  if (words === null) return
  const feedback = gameFeedback(game, result, 'brief')
  ensure(words.includes(feedback), where, `the brief feedback ${JSON.stringify(feedback)} is not one word of the lexicon`)
}

function covered({ split: splitter, where }: CheckContext, text: string, what: string): void {
  const split = splitter?.(text)
  if (typeof split === 'number') ensure(false, where, `${what} leaves the lexicon at ${JSON.stringify(text.slice(split, split + 20))}`)
}

/** Solver and look-ahead score exactly the legal actions, best first; the teacher is legal, deterministic and true. */
function checkExperts(context: CheckContext, state: unknown): void {
  const { game, where } = context
  const legal = game.rules.legalActions(state)
  const texts = (list: readonly unknown[]): string => canonical(list.map((action) => canonical(action)).sort())
  for (const [name, scored] of [
    ['solver', game.expert?.solver(state)],
    ['lookahead', game.expert?.lookahead?.(state, 1)],
  ] as const) {
    if (scored === undefined) continue
    ensure(texts(scored.map(({ action }) => action)) === texts(legal), where, `the ${name} does not score the legal actions`)
    ensure(
      scored.every(({ score }, at) => Number.isFinite(score) && (at === 0 || score <= scored[at - 1]!.score)),
      where,
      `the ${name} is out of order`,
    )
  }
  const { teacher } = game
  if (teacher === undefined || legal.length === 0) return
  for (const blind of [false, true]) {
    const thought = teacher.teach(state, { blind })
    ensure(same(thought, teacher.teach(state, { blind })), where, 'the teacher is not deterministic')
    const allowed = blind ? game.rules.actions(state) : legal
    ensure(
      allowed.some((action) => same(action, thought.action)),
      where,
      blind ? 'the blind teacher names no action of the game' : 'the sighted teacher names an action that is not legal',
    )
    ensure(teacher.share(state, thought.think) === 1, where, "the teacher's thoughts are not all true")
    covered(context, `\n${thought.think}`, 'the thought')
    checkShare(context, teacher, state, thought.think)
  }
  ensure(teacher.share(state, 'nonsense') === 0, where, 'teacher.share takes nonsense')
}

/** The share of true thoughts is what the judge's statements come to, of the whole truth and of parts and changes of it. */
function checkShare({ where }: CheckContext, { judge, share }: TeacherFacet<unknown, unknown>, state: unknown, think: string): void {
  const all = judge(state, think).length
  const words = think.split(/(?<=\s)/)
  const swapped = [...words.slice(0, 1), ...words.slice(2, 3), ...words.slice(1, 2), ...words.slice(3)].join('').trim()
  for (const text of [think, words.slice(0, -1).join(''), words.slice(1).join(''), swapped]) {
    const right = judge(state, text).filter(({ holds }) => holds).length
    ensure(
      Math.abs(share(state, text) - right / all) < 1e-9,
      where,
      `the share of true thoughts is ${share(state, text)}, the judge finds ${right} of ${all} true in ${JSON.stringify(text)}`,
    )
  }
}

/** Legality, determinism, purity, the end, and JSON round trips of all that steps lead to. */
export function checkStep(context: CheckContext, state: unknown, actions: readonly unknown[]): void {
  const { game, where } = context
  const before = canonical(state)
  const survives = (one: unknown): boolean => same(game.rules.parseState(JSON.parse(JSON.stringify(one))), one)
  ensure(survives(state), where, 'the state does not survive JSON and parseState')
  const all = game.rules.actions(state).map(canonical)
  const legal = game.rules.legalActions(state).map(canonical)
  const allowed = new Set(legal)
  const over = game.rules.terminated(state)
  ensure(
    same(
      all.filter((action) => allowed.has(action)),
      legal,
    ),
    where,
    'legalActions are not a part of actions in their order',
  )
  ensure(
    over ? legal.length === 0 : legal.length > 0,
    where,
    over ? 'actions are legal after the end' : 'no action is legal before the end',
  )
  for (const action of actions) {
    const name = canonical(action)
    const result = game.rules.step(state, action)
    const odd = notPlain(result)
    ensure(odd === null, where, `the result of ${name} is not plain JSON at ${odd}`)
    ensure(same(result, game.rules.step(state, action)), where, `step ${name} is not deterministic`)
    ensure(result.legal === allowed.has(name), where, `step ${name} says legal ${result.legal}, legalActions do not`)
    ensure(result.terminated === game.rules.terminated(result.state), where, `step ${name} and terminated disagree`)
    ensure(survives(result.state), where, `the state after ${name} does not survive JSON`)
    ensure(result.legal || same(result.state, state), where, `the illegal ${name} changes the state`)
    ensure(!over || result.reward === 0, where, `step ${name} after the end has reward ${result.reward}`)
    ensure(Number.isFinite(result.reward), where, `step ${name} has reward ${result.reward}`)
    const outcome = trainingReward({ kind: result.legal ? 'played' : 'illegal', reward: result.reward })
    ensure(Number.isFinite(outcome), where, `the training reward of ${name} is ${outcome}`)
  }
  const silent = game.rules.unreadable(state)
  ensure(same(silent.state, state) && !silent.legal, where, 'an unreadable reply changes the state or is legal')
  ensure(silent.terminated === over, where, 'unreadable and terminated disagree')
  oneWord(context, silent)
  ensure(canonical(state) === before, where, 'the state was mutated')
}
