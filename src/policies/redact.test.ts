import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isSecretName, redactor } from './redact.ts'

const KEY = 'sk-Zq8/w+f=3_tY.b-7Kd0'

describe('redactor', () => {
  it('leaves no twelve characters of a key in any text around any part of it', () => {
    const redact = redactor([KEY])
    const pieces = Array.from({ length: KEY.length - 11 }, (_, at) => KEY.slice(at, at + 12))
    const part = fc.tuple(fc.nat(KEY.length), fc.nat(KEY.length)).map(([a, b]) => KEY.slice(Math.min(a, b), Math.max(a, b)))
    fc.assert(
      fc.property(fc.array(fc.oneof(part, fc.string({ maxLength: 5 }), fc.constant(KEY))), (parts) => {
        const out = redact(parts.join(''))
        for (const piece of pieces) expect(out).not.toContain(piece)
      }),
      { numRuns: 2000 },
    )
  })

  it('leaves texts without one as they are', () => {
    const redact = redactor([KEY, 'short'])
    fc.assert(fc.property(fc.string(), (text) => redact(text) === text))
    expect(redact('short of sk-Zq8/w+f')).toBe('short of sk-Zq8/w+f')
    expect(redactor([])('a')).toBe('a')
  })
})

it('fields that are called like secrets are told from those that are not', () => {
  for (const name of ['api_key', 'apiKey', 'X-Auth-Token', 'password', 'sig', 'Authorization', 'cookie', 'access_token', 'client_secret'])
    expect(isSecretName(name), name).toBe(true)
  for (const name of ['max_tokens', 'max_completion_tokens', 'seed', 'api-version', 'tenant', 'top_k', 'tokenizer', 'stop_token_ids'])
    expect(isSecretName(name), name).toBe(false)
})
