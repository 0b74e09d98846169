/** Completions of all shapes, and what is read of them. */
import { afterEach, describe, expect, it } from 'vitest'
import type { Reply } from '../policy.ts'
import { ask, choice, closeServers, good, type Json, KEY, outcome, policyOf, scripted } from './scripted-server-fixture.ts'

afterEach(closeServers)

describe('fields of messages', () => {
  const layout = '<perception>\n1\n</perception>\n<think>\nt\n</think>\n<answer>2</answer>'
  it.each([
    ['reasoning_content', { content: null, reasoning_content: layout }],
    ['reasoning', { content: '', reasoning: layout }],
    ['reasoning as an object', { content: '', reasoning: { text: layout } }],
    ['thinking', { content: '', thinking: layout }],
    ['reasoning_details', { content: '', reasoning_details: [{ type: 'reasoning.text', text: layout }] }],
    ['thinking_blocks', { content: '', thinking_blocks: [{ type: 'thinking', thinking: layout, signature: 's' }] }],
    ['a field of a gateway', { content: '', provider_specific_fields: { reasoning_content: layout } }],
    ['parts of thinking', { content: [{ type: 'thinking', thinking: [{ type: 'text', text: layout }] }] }],
  ])('a reply that stands in %s is read from there', async (_, message) => {
    const { reply } = await outcome(() => ({ body: choice(message) }))
    expect(reply).toMatchObject({ text: layout, assembly: 'from-reasoning', finish: 'stop', raw: { reasoning: layout, finish: 'stop' } })
  })

  it('what a parser moved is put together, and kept as it came', async () => {
    const { reply } = await outcome(() => ({
      body: choice({ content: '\n<answer>2</answer>', reasoning_content: '<perception>\n1\n</perception>\nt' }),
    }))
    expect(reply).toMatchObject({
      text: layout,
      assembly: 'joined',
      raw: { content: '\n<answer>2</answer>', reasoning: '<perception>\n1\n</perception>\nt', finish: 'stop' },
    })
  })

  it.each([
    [
      'parts',
      {
        content: [
          { type: 'text', text: 'fi' },
          { type: 'text', text: 'ne' },
        ],
      },
    ],
    ['parts of other names and bare texts', { content: ['fi', { type: 'output_text', text: 'ne' }] }],
    ['null beside thoughts', { content: 'fine', reasoning_content: null, tool_calls: null, refusal: null, audio: null }],
  ])('content as %s', async (_, message) => {
    expect((await outcome(() => ({ body: choice(message) }))).reply).toMatchObject({ text: 'fine', finish: 'stop' })
  })

  it.each([
    ['a delta', { choices: [{ index: 0, delta: { content: 'fine' }, finish_reason: 'stop' }] }],
    ['a bare text', { choices: [{ index: 0, message: 'fine', finish_reason: 'stop' }] }],
    ['a text of completions', { choices: [{ index: 0, text: 'fine', finish_reason: 'stop' }] }],
    [
      'the second choice by place, the first by number',
      { choices: [{ ...(choice({ content: 'no' }).choices as Json[])[0], index: 1 }, (choice({ content: 'fine' }).choices as Json[])[0]] },
    ],
  ])('a message that comes as %s', async (_, body) => {
    expect((await outcome(() => ({ body }))).reply).toMatchObject({ text: 'fine', finish: 'stop' })
  })

  it('tokens in digits are counted', async () => {
    const body = { ...choice({ content: 'fine' }), usage: { prompt_tokens: '900', completion_tokens: '80' } }
    expect((await outcome(() => ({ body }))).reply).toMatchObject({ usage: { inputTokens: 900, outputTokens: 80 } })
  })

  it('thinking blocks of Anthropic and thought parts of Google are thoughts', async () => {
    const anthropic = await scripted(() => ({
      body: {
        content: [
          { type: 'thinking', thinking: 'hm' },
          { type: 'text', text: 'fine' },
        ],
        stop_reason: 'max_tokens',
      },
    }))
    const claude = await policyOf(anthropic.url, { model: 'anthropic:m', env: { ANTHROPIC_API_KEY: KEY } })
    expect(await ask(claude)).toMatchObject({
      text: 'fine',
      finish: 'length',
      raw: { content: 'fine', reasoning: 'hm', finish: 'max_tokens' },
    })
    await closeServers()
    const google = await scripted(() => ({
      body: { candidates: [{ content: { parts: [{ thought: true, text: 'hm' }, { text: 'fine' }] }, finishReason: 'STOP' }] },
    }))
    const gemini = await policyOf(google.url, { model: 'google:m', env: { GOOGLE_GENERATIVE_AI_API_KEY: KEY } })
    expect(await ask(gemini)).toMatchObject({ text: 'fine', finish: 'stop', raw: { reasoning: 'hm' }, usage: { inputTokens: null } })
  })
})

describe('why a reply stopped', () => {
  it.each([
    ['length', { content: '', reasoning_content: 'long' }, { finish_reason: 'length' }],
    ['length', { content: 'x' }, { finish_reason: 'MAX_TOKENS' }],
    ['filtered', { content: '' }, { finish_reason: 'content_filter' }],
    ['refused', { content: null, refusal: 'I would rather not.' }, {}],
    ['tool-call', { content: null, tool_calls: [{ id: 'a', function: { name: 'move' } }] }, { finish_reason: 'tool_calls' }],
    ['tool-call', { content: '', tool_calls: [{ id: 'a' }] }, { finish_reason: 'stop' }],
    ['stop', { content: 'x', tool_calls: [] }, { finish_reason: 'eos' }],
    ['stop', { content: 'x' }, { finish_reason: { type: 'stop' } }],
    ['stop', { content: 'x' }, { finish_reason: 'FINISH_REASON_STOP' }],
    ['length', { content: 'x' }, { finish_reason: ' Length ' }],
    ['refused', { content: '', refusal: 'no' }, {}],
    ['other', { content: 'x' }, { finish_reason: null }],
    ['other', { content: 'x' }, { finish_reason: 'moon' }],
  ] as const)('%s: data, asked once', async (finish, message, more) => {
    const { reply, asked } = await outcome(() => ({ body: choice(message, more) }))
    expect(reply).toMatchObject({ finish })
    expect((reply as Reply).failure).toBeUndefined()
    expect(asked).toHaveLength(1)
  })

  it('a prompt that Google holds back is filtered', async () => {
    const { url } = await scripted(() => ({ body: { promptFeedback: { blockReason: 'SAFETY' } } }))
    const policy = await policyOf(url, { model: 'google:m', env: { GOOGLE_GENERATIVE_AI_API_KEY: KEY } })
    expect(await ask(policy)).toMatchObject({ text: '', finish: 'filtered' })
  })

  it.each([
    [
      'an error in the choice',
      choice({ content: '' }, { finish_reason: 'error', error: { code: 502, message: 'the provider behind failed' } }),
      /the provider behind failed/,
    ],
    ['the word alone', choice({ content: 'half' }, { finish_reason: 'error' }), /failed while it wrote/],
    [
      'an error beside the choices',
      { ...choice({ content: '' }, { finish_reason: 'error' }), error: { message: 'bad gateway', code: 502 } },
      /502.*bad gateway/,
    ],
    ['no choices but a message', { choices: null, message: 'the model is overloaded' }, /the model is overloaded/],
    ['no choices and other words', { choices: null, base_resp: { status_msg: 'rate limit' } }, /rate limit/],
    ['a choice without a message', { choices: [{ index: 0, finish_reason: 'stop' }] }, /no completion/],
    ['a status behind a code in words', { error: { message: 'no more', code: 'limit', status: 429 } }, /an error 429.*no more/],
  ])('a failure behind the server, by %s: asked again, then the episode fails', async (_, body, words) => {
    const once = await outcome(({ count }) => (count === 0 ? { body } : good))
    expect(once.reply).toMatchObject({ text: 'fine', usage: { requests: 2 } })
    await closeServers()
    const always = await outcome(() => ({ body }))
    expect(always.asked).toHaveLength(3)
    expect(always.reply).toMatchObject({ failure: { boundary: 'endpoint', reason: expect.stringMatching(words) } })
  })
})

describe('a server that always streams', () => {
  const chunk = (delta: Json, finish: string | null = null): string =>
    `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`
  const events = { 'content-type': 'text/event-stream' }

  it('is read: content, thoughts, finish and usage', async () => {
    const usage = `data: ${JSON.stringify({ choices: [], usage: { prompt_tokens: 7, completion_tokens: 2 } })}\n\n`
    const body = `: hello\n\n${chunk({ role: 'assistant', reasoning_content: 'h' })}${chunk({ reasoning_content: 'm', content: 'fi' })}${chunk({ content: 'ne' }, 'length')}${usage}data: [DONE]\n\n`
    const { reply, asked } = await outcome(() => ({ body, headers: events }))
    expect(reply).toMatchObject({ text: 'fine', finish: 'length', raw: { reasoning: 'hm' }, usage: { inputTokens: 7, outputTokens: 2 } })
    expect(asked).toHaveLength(1)
  })

  it('is read by its body, whatever it calls it', async () => {
    expect((await outcome(() => ({ body: `${chunk({ content: 'fine' }, 'stop')}` }))).reply).toMatchObject({ text: 'fine' })
    await closeServers()
    expect((await outcome(() => ({ ...good, headers: events }))).reply).toMatchObject({ text: 'fine' })
    await closeServers()
    expect((await outcome(() => ({ body: { error: 'no such model' }, headers: events }))).reply).toMatch(/no such model/)
  })

  const detail = (text: string): Json => ({ reasoning_details: [{ type: 'reasoning.text', text }] })
  it.each([
    ['thoughts in details', [chunk(detail('h')), chunk(detail('m')), chunk({ content: 'fine' }, 'stop')]],
    ['parts', [chunk({ content: [{ type: 'thinking', thinking: 'hm' }] }), chunk({ content: [{ type: 'text', text: 'fine' }] }, 'stop')]],
    [
      'another choice between',
      [
        chunk({ reasoning: 'hm', content: 'fi' }),
        chunk({ content: 'no' }).replace('"index":0', '"index":1'),
        chunk({ content: 'ne' }, 'stop'),
      ],
    ],
    ['chunks of several lines', [chunk({ reasoning: 'hm', content: 'fine' }, 'stop').replace('{"index"', '\ndata: {"index"')]],
    ['no empty lines', [chunk({ reasoning: 'hm' }), chunk({ content: 'fine' }, 'stop')].map((one) => `${one.trimEnd()}\n`)],
  ])('is read with %s', async (_, chunks) => {
    const { reply } = await outcome(() => ({ body: `${chunks.join('')}data: [DONE]\n\n`, headers: events }))
    expect(reply).toMatchObject({ text: 'fine', finish: 'stop', raw: { reasoning: 'hm' } })
  })

  it.each([
    ['ends too soon', chunk({ content: 'fi' }), /ended before the reply did/],
    ['tells an error in an event of its own', 'event: error\ndata: {"type":"overloaded_error","message":"try later"}\n\n', /try later/],
    ['tells an error', `data: ${JSON.stringify({ error: { code: 503, message: 'gone' } })}\n\n`, /503.*gone/],
  ])('and %s is asked again', async (_, body, words) => {
    const { reply, asked } = await outcome(() => ({ body, headers: events }))
    expect((reply as Reply).failure?.reason).toMatch(words)
    expect(asked).toHaveLength(3)
  })
})
