/** `vlm-gym teach` with a model behind HTTP as the teacher: what it is told, what is kept, and what happens when it cannot be used. */
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeState, formatReply, parseReply } from 'vlm-gym'
import { loadGames } from 'vlm-gym/games'
import { type ChatRequest, chatServer } from '../src/policies/chat-server-fixture.ts'
import { vlmGym } from './vlm-gym.ts'

const games = await loadGames()
/** The board that a request tells, and how many pictures it shows. */
function toldBy({ messages }: ChatRequest): { board: string; pictures: number } {
  const parts = messages.flatMap(({ content }) => (typeof content === 'string' ? [{ type: 'text' as const, text: content }] : content))
  const text = parts.map((part) => part.text ?? '').join('')
  return {
    board: /^.*as text:\n((?:.* \| .*\n)+)/.exec(text)?.[1]?.trim() ?? '',
    pictures: parts.filter(({ type }) => type === 'image_url').length,
  }
}

describe('vlm-gym teach --model openai-compatible:…', { timeout: 240_000 }, () => {
  let parent = ''
  beforeAll(async () => {
    parent = await mkdtemp(join(tmpdir(), 'teach-endpoint-'))
  })
  afterAll(() => rm(parent, { recursive: true, force: true }))

  it('tells the model the true board beside the picture, and keeps its thoughts behind it', async () => {
    const server = await chatServer({
      answer: (request) => {
        const { board, pictures } = toldBy(request)
        expect(pictures).toBe(1)
        return formatReply({ perception: board, think: 'I slide where I please.', answer: String((request.seed ?? 0) % 4) })
      },
      fault: (_, count) => (count % 7 === 3 ? '500' : null),
    })
    const out = join(parent, 'taught')
    const args = ['--model', 'openai-compatible:m', '--base-url', server.url, '--examples', '16', '--parallel', '6', '--tile', '16']
    const { code, stdout, stderr } = await vlmGym('teach', ...args, '--out', out, '--quiet', '--json')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const { counts } = JSON.parse(stdout) as { counts: Record<string, number> }
    expect(counts).toMatchObject({ kept: 16, failed: 0, format: 0, perception: 0 })
    expect(server.faults.get('500')).toBeGreaterThan(0)
    for (const line of readFileSync(join(out, 'examples.jsonl'), 'utf8').trim().split('\n')) {
      const { state: token, messages } = JSON.parse(line)
      const { game, state } = decodeState(token, games)
      const truth = game.perception.format(game.perception.of(state))
      expect(messages[0].content[1].text).not.toContain(truth)
      expect(parseReply(messages[1].content[0].text)).toMatchObject({ perception: truth, think: 'I slide where I please.' })
    }
    await server.close()
  })

  it.each([
    ['an outro', (reply: string) => `${reply}\n\nShall I go on?`],
    ['a code fence', (reply: string) => `\`\`\`\n${reply}\n\`\`\``],
    ['native thoughts', (reply: string) => `<think>\nThe layout is <perception>…</perception>, I see.\n</think>\n\n${reply}`],
  ])('keeps replies with %s, and every reply as it came', async (_, wrap) => {
    const server = await chatServer({
      answer: (request) => {
        const sections = { perception: toldBy(request).board, think: 'slide', answer: String((request.seed ?? 0) % 4) }
        return wrap(formatReply(sections, 'neutral'))
      },
    })
    const out = await mkdtemp(join(parent, 'wrapped-'))
    const args = ['--model', 'openai-compatible:m', '--base-url', server.url, '--examples', '12', '--parallel', '4', '--tile', '16']
    const { code, stdout } = await vlmGym('teach', ...args, '--out', join(out, 'set'), '--quiet', '--json')
    expect({ code, counts: JSON.parse(stdout).counts }).toMatchObject({
      code: 0,
      counts: { kept: 12, format: 0, perception: 0, failed: 0 },
    })
    const replies = readFileSync(join(out, 'set', 'replies.jsonl'), 'utf8')
      .trim()
      .split('\n')
    expect(replies).toHaveLength(server.answered())
    for (const line of replies) expect(JSON.parse(line)).toMatchObject({ game: '2048', finish: 'stop', raw: { finish: 'stop' } })
    await server.close()
  })

  it('stops after the first replies where none can be kept, shows the first, keeps all, and ends with 1', async () => {
    const server = await chatServer({ answer: () => 'I would slide\u001b[2J to the left.' })
    const out = join(parent, 'hopeless')
    const args = ['--model', 'openai-compatible:m', '--base-url', server.url, '--examples', '60', '--parallel', '32', '--tile', '16']
    const { code, stdout, stderr } = await vlmGym('teach', ...args, '--out', out, '--quiet')
    expect({ code, asked: server.answered() }).toEqual({ code: 1, asked: 20 })
    expect(stderr).toMatch(
      /^error: all of the first 20 replies were dropped for one reason: not in the reply format; no more are asked for\n/,
    )
    expect(stderr).toContain('\n  | I would slide\\x1b[2J to the left.\n')
    expect(stderr).toContain(`vlm-gym teach --resume ${out} --patience 0`)
    expect(stdout).toMatch(/kept +0\ndropped: not in the reply format +20\n/)
    expect(`${stdout}${stderr}`).not.toContain('whole')
    expect(existsSync(join(out, 'README.md'))).toBe(false)
    expect(readFileSync(join(out, 'replies.jsonl'), 'utf8').trim().split('\n')).toHaveLength(20)
    await server.close()
  })

  it('leaves nothing behind when the model cannot be used', async () => {
    const server = await chatServer({
      answer: () => '',
      intercept: (_, response) => {
        response.writeHead(401, { 'content-type': 'application/json' }).end('{"error":{"message":"no such key"}}')
        return true
      },
    })
    const gone = await chatServer({ answer: () => '' })
    await gone.close()
    const out = join(parent, 'never')
    for (const [url, message] of [
      [server.url, /^error: .*refuses the keyless request/],
      [gone.url, /^error: .*cannot be reached/],
    ] as const) {
      const outcome = await vlmGym('teach', '--model', 'openai-compatible:m', '--base-url', url, '--out', out, '--quiet')
      expect(outcome).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(message) })
      expect(existsSync(out)).toBe(false)
    }
    expect(await vlmGym('teach', '--model', 'opnai:m', '--out', out)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/opnai:m is no policy, checkpoint or model \(did you mean "openai"/),
    })
    await server.close()
  })
})
