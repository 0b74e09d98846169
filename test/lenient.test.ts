/** A verdict with its reason, as a user meets it: what `eval` says of replies that it cannot read, and the lenient column beside the strict one. */

import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { envSpec, loadGame, type Policy } from 'vlm-gym'
import { evaluate } from 'vlm-gym/eval'
import { toldBoard } from '../src/gym/told-board-fixture.ts'
import { type ChatPart, type ChatRequest, type ChatServer, chatServer } from '../src/policies/chat-server-fixture.ts'
import { type Outcome, vlmGym } from './vlm-gym.ts'

let parent = ''
const servers: ChatServer[] = []
beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'lenient-'))
})
afterAll(async () => {
  for (const server of servers) await server.close()
  await rm(parent, { recursive: true, force: true })
})

const textOf = (content: string | readonly ChatPart[]): string =>
  typeof content === 'string' ? content : content.map(({ text }) => text ?? '').join('\n')
const boardOf = ({ messages }: ChatRequest): string =>
  /The board as text:\n([\s\S]*?)\n\n/.exec(textOf(messages.at(-1)?.content ?? ''))?.[1] ?? ''

interface Said {
  readonly board: string
  readonly answer: number
}
const write = (board: string, answer: string): string =>
  `<perception>\n${board}\n</perception>\n<think>\nslide\n</think>\n<answer>${answer}</answer>`
const whole = ({ board, answer }: Said): string => write(board, String(answer))

async function serve(reply: (said: Said) => string): Promise<ChatServer> {
  const server = await chatServer({ answer: (request) => reply({ board: boardOf(request), answer: (request.seed ?? 0) % 4 }) })
  servers.push(server)
  return server
}

async function evalOf(reply: (said: Said) => string, ...args: string[]): Promise<Outcome> {
  const { url } = await serve(reply)
  const played = [
    '--mode',
    'image+caption',
    '--tile',
    '8',
    '--episodes',
    '3',
    '--horizon',
    '6',
    '--concurrency',
    '2',
    '--quiet',
    '--no-anchors',
  ]
  return vlmGym('eval', '--model', 'openai-compatible:m', '--base-url', url, ...played, ...args)
}

type Means = Readonly<Record<string, number | null>>

const WORDS = ['up', 'right', 'down', 'left']
const edged = (board: string): string => board.replace(/^(.*)$/gm, '| $1 |')

/** Replies with the true board and a move, decorated; what the strict reading makes of the answer and of the board. */
const CASES: Readonly<Record<string, { readonly reply: (said: Said) => string; readonly answers: boolean; readonly boards: boolean }>> = {
  'answer-boxed': { reply: ({ board, answer }) => write(board, `\\boxed{${answer}}`), answers: false, boards: true },
  'answer-bold': { reply: ({ board, answer }) => write(board, `**${answer}**`), answers: false, boards: true },
  'answer-code': { reply: ({ board, answer }) => write(board, `\`${answer}\``), answers: false, boards: true },
  'answer-box-tokens': {
    reply: ({ board, answer }) => write(board, `<|begin_of_box|>${answer}<|end_of_box|>`),
    answers: false,
    boards: true,
  },
  'answer-dot': { reply: ({ board, answer }) => write(board, `${answer}.`), answers: false, boards: true },
  'answer-named': { reply: ({ board, answer }) => write(board, `Answer: ${answer}`), answers: false, boards: true },
  'answer-word': { reply: ({ board, answer }) => write(board, WORDS[answer] as string), answers: false, boards: true },
  'answer-json': { reply: ({ board, answer }) => write(board, JSON.stringify({ move: answer })), answers: false, boards: true },
  'board-edges': { reply: ({ board, answer }) => write(edged(board), String(answer)), answers: true, boards: false },
  'board-fenced': { reply: ({ board, answer }) => write(`\`\`\`\n${board}\n\`\`\``, String(answer)), answers: true, boards: false },
  'board-zero': { reply: ({ board, answer }) => write(board.replaceAll('_', '0'), String(answer)), answers: true, boards: false },
  'board-table': {
    reply: ({ board, answer }) => write(edged(board).replace('\n', '\n|---|:-:|---|---|\n'), String(answer)),
    answers: true,
    boards: false,
  },
  'both, and JSON': {
    reply: ({ board, answer }) => JSON.stringify({ perception: board, move: WORDS[answer] }),
    answers: false,
    boards: false,
  },
  'reply-outro': { reply: (said) => `${whole(said)}\n\nShall I go on?`, answers: true, boards: true },
  'reply-fenced': { reply: (said) => `\`\`\`\n${whole(said)}\n\`\`\``, answers: true, boards: true },
  plain: { reply: whole, answers: true, boards: true },
}

/** Metrics of a policy that is told the board and replies so, on a few games. */
async function playedBy(reply: (said: Said) => string): Promise<Means> {
  let asked = 0
  const policy: Policy = {
    name: 'decorator',
    privileged: false,
    reply: async (seen) => seen.map((one) => [{ text: reply({ board: toldBoard(one) ?? '', answer: asked++ % 4 }) }]),
  }
  const look = { theme: 'classic', tile: 8, layout: 'board' } as const
  const specs = [envSpec({ game: await loadGame('2048'), skin: look, mode: 'image+caption', horizon: 6, restart: true })]
  const { rows } = await evaluate({ policy, decoding: 'sampled', specs, episodes: 3, seed: 0 })
  return Object.fromEntries(rows.map(({ metric, mean }) => [metric, mean]))
}

describe('the lenient column', () => {
  it.each(Object.entries(CASES))('%s', async (_, { reply, answers, boards }) => {
    const means = await playedBy(reply)
    expect(means).toMatchObject({
      'parse failures': answers ? 0 : 1,
      'unreadable, lenient': 0,
      'perception exact': boards ? 1 : 0,
      'board exact, lenient': 1,
    })
    // Play keeps to the strict reading.
    if (!answers) expect(means).toMatchObject({ return: 0, wasted: 1 })
  })

  it('stays unreadable where a reply names two moves', async () => {
    const means = await playedBy(({ board, answer }) => write(board, `${answer} or ${(answer + 1) % 4}`))
    expect(means).toMatchObject({ 'parse failures': 1, 'unreadable, lenient': 1, 'board exact, lenient': 1 })
  })

  it('is shown where it differs, and with --lenient', async () => {
    const head = ({ stdout }: Outcome): string => stdout.split('\n').find((line) => line.startsWith('| policy')) ?? ''
    expect(head(await evalOf(whole))).not.toContain('lenient')
    expect(head(await evalOf(whole, '--lenient'))).toMatch(
      /\| unreadable \| unreadable, lenient \| illegal \| perception exact \| perception exact, lenient \|/,
    )
    const boxed = head(await evalOf(CASES['answer-boxed']!.reply))
    expect(boxed).toContain('| unreadable, lenient |')
    expect(boxed).not.toContain('perception exact, lenient')
  })
})

describe('what cannot be read', () => {
  it('is shown with the reason, the first reply, and what the lenient reading makes of it', async () => {
    const { stdout, stderr } = await evalOf(CASES['answer-boxed']!.reply)
    expect(stderr).toBe('')
    expect(stdout).toContain('2048, openai-compatible:m, sampled: 18 of 18 replies had no readable answer\n')
    expect(stdout).toContain('  18 × The answer … is not one digit from 0 to 3.\n')
    expect(stdout).toMatch(
      / {2}the first, in episode 1, reply 1:\n {4}<perception>\n(?: {4}[^\n]+\n)+ {4}<answer>\\boxed\{\d\}<\/answer>\n/,
    )
    expect(stdout).toContain('Read leniently, 0.0 % are unreadable instead of 100.0 %')
  })

  it('is counted by reason, on standard error beside JSON, and cut short', async () => {
    let asked = 0
    const { stdout, stderr } = await evalOf(({ board, answer }) => {
      asked++
      if (asked % 3 === 0) return `word\n${'x'.repeat(5000)}`
      return asked % 3 === 1 ? write('a board', 'a word') : write(board, String(answer))
    }, '--json')
    expect(() => JSON.parse(stdout)).not.toThrow()
    expect(stderr).toContain('12 of 18 replies had no readable answer')
    expect(stderr).toContain('6 × The answer … is not one digit from 0 to 3.')
    expect(stderr).toContain('6 × The tag <perception> is missing.')
    expect(stderr).toContain('12 of 18 replies had no readable board')
    expect(stderr).toContain('6 × The perception is not a grid of the labels that the prompt asks for, in its layout.')
    expect(stderr.length).toBeLessThan(2500)
  })

  it('does no harm to a terminal', async () => {
    const { stdout } = await evalOf(() => 'a\u001b[31m\u0007b\u202ec\u0000</perception>')
    expect(stdout).toContain('    a\\x1b[31m\\x07b\\u202ec\\x00</perception>\n')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they must not be there
    expect(stdout).not.toMatch(/[\u0000-\u0008\u001b\u202e]/)
  })

  it('stands in the run, in comparisons and in their pages', async () => {
    const out = join(parent, 'run')
    expect((await evalOf(() => write('| 2 |', '**<b>2</b>**'), '--out', out)).code).toBe(0)
    const [first] = (await readFile(join(out, 'episodes.jsonl'), 'utf8')).split('\n')
    const { unread } = JSON.parse(first as string) as { unread: { part: string; count: number; step: number; example: string }[] }
    expect(unread.map(({ part, count, step }) => [part, count, step])).toEqual([
      ['answer', 6, 0],
      ['board', 6, 0],
    ])
    const text = (await vlmGym('compare', out)).stdout
    expect(text).toContain('openai-compatible:m, sampled: 18 of 18 replies had no readable answer')
    expect(text).toContain('unreadable, lenient')
    const page = join(parent, 'page.html')
    expect((await vlmGym('compare', out, '--out', page)).code).toBe(0)
    const html = await readFile(page, 'utf8')
    expect(html).toContain('18 of 18 replies had no readable board')
    expect(html).toContain('**\\u003cb>2\\u003c/b>**')
    expect(html).not.toContain('<b>2</b>')
    const markdown = join(parent, 'page.md')
    await vlmGym('compare', out, '--out', markdown)
    expect(await readFile(markdown, 'utf8')).toMatch(/\n```text\nopenai-compatible:m, sampled: 18 of 18[^`]*\n```\n/)
  })

  it('is not looked for in policies that see nothing', async () => {
    const { stdout } = await vlmGym(
      'eval',
      'reference-strict',
      '--game',
      'shisen-sho',
      '--episodes',
      '3',
      '--horizon',
      '10',
      '--quiet',
      '--lenient',
    )
    expect(stdout).not.toContain('no readable')
  })
})
