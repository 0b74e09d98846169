import { hash } from 'node:crypto'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import canonicalize from 'canonicalize'
import fc from 'fast-check'
import { deflateSync, strToU8 } from 'fflate'
import { describe, expect, it } from 'vitest'
import { StateError } from '../errors.ts'
import type { GameEvent } from '../game.ts'
import { game2048 } from '../games/2048/index.ts'
import { canonicalJson, decodeState, encodeAndHash, encodeState, type LastStep, maxTokenLength, stateHash } from './token.ts'
import { toyGame } from './toy-game-fixture.ts'

const games = [toyGame]
const config = { rows: 2, columns: 3, moves: 6 }
const played = fc.tuple(fc.nat(), fc.array(fc.nat(5), { maxLength: 8 })).map(([seed, actions]) => {
  let state = toyGame.rules.init(config, seed)
  let last = null
  for (const action of actions) {
    const result = toyGame.rules.step(state, action)
    state = result.state
    last = { legal: result.legal, events: result.events }
  }
  return { state, last }
})

/** A token with a right checksum around anything. */
function forge(bytes: Uint8Array, id = 'toy', version = '1'): string {
  const head = `vg1.${id}.${version}.${Buffer.from(bytes).toString('base64url')}`
  return `${head}.${bytesToHex(sha256(utf8ToBytes(head))).slice(0, 8)}`
}
const forgeJson = (value: unknown): string => forge(deflateSync(strToU8(JSON.stringify(value))))

/** Decodes, or gives the StateError's message; any other error fails the test. */
function attempt(token: string): unknown {
  try {
    return decodeState(token, games)
  } catch (error) {
    expect(error).toBeInstanceOf(StateError)
    expect((error as Error).message).toMatch(/^[^\n]{10,300}\.$/)
    return (error as Error).message
  }
}

describe('state tokens', () => {
  it('round trip, url-safe and compact', () => {
    fc.assert(
      fc.property(played, ({ state, last }) => {
        const token = encodeState(toyGame, state, last)
        expect(token).toMatch(/^[A-Za-z0-9._-]+$/)
        expect(token.length).toBeLessThan(400)
        expect(decodeState(token, games)).toEqual({ game: toyGame, state, last })
        expect(encodeState(toyGame, structuredClone(state), last)).toBe(token)
      }),
    )
  })

  it('are read whether their JSON is stored or compressed, and long JSON is compressed', () => {
    const { state } = game2048.rules.step(game2048.rules.init({ size: 4, goal: 0 }, 7), 1)
    const last: LastStep = { legal: true, events: [{ kind: 'spawn', row: 3, column: 0, tile: 2 }] }
    // Written before short JSON was stored.
    const compressed =
      'vg1.2048.1.ZY5BCsIwEEXv8tcjZJLatLmKuIgaSjFNpElbsPTujuBOZjPM8N_7O6IvFW5HWEOqBe6y457jMiU4RXiO6QGH8vJbAmHOG5wh1DEGOH1cCTEMPsLVeQkHoVRf5bPjlv0syYsiTUzqb343AQz5mxfXlNcgBVg0aZDoiZU-s7WmV3Ri03SNNZqJO1ZtZ3QjEMumtX1vWuGUe55FLaAyvmVpjuMD.7232bf97'
    const stored = encodeState(game2048, decodeState(compressed, [game2048]).state, last)
    expect(Buffer.from(stored.split('.')[3] as string, 'base64url').toString()).toContain('"spawn"')
    expect(decodeState(stored, [game2048])).toEqual(decodeState(compressed, [game2048]))
    expect(Object.keys(decodeState(stored, [game2048]).state as object).sort()).toEqual(Object.keys(state).sort())
    const events = Array.from({ length: 200 }, () => ({ kind: 'spawn', row: 0, column: 0, tile: 2 }))
    const long = encodeState(game2048, state, { legal: true, events })
    expect(long.length).toBeLessThan(1000)
    expect(decodeState(long, [game2048])).toEqual({ game: game2048, state, last: { legal: true, events } })
  })

  it('come with their hash', () => {
    const state = toyGame.rules.init(config, 1)
    expect(encodeAndHash(toyGame, state, null)).toEqual({ token: encodeState(toyGame, state), hash: stateHash(toyGame, state) })
  })

  it('are written as RFC 8785 has it', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => canonicalJson(value) === canonicalize(value)))
    expect(canonicalJson({ b: undefined, a: -0, '\u20ac': 1e21, '10': [], '9': {} })).toBe('{"10":[],"9":{},"a":0,"€":1e+21}')
    for (const number of [Number.NaN, Number.POSITIVE_INFINITY]) expect(() => canonicalJson([number])).toThrow(RangeError)
  })

  it('refuse mutated tokens with a StateError and nothing else', () => {
    const token = encodeState(toyGame, toyGame.rules.init(config, 1))
    fc.assert(
      fc.property(fc.nat(token.length), fc.nat(3), fc.string({ maxLength: 4 }), (at, cut, insert) => {
        const mutated = token.slice(0, at) + insert + token.slice(at + cut)
        if (mutated !== token) expect(typeof attempt(mutated)).toBe('string')
      }),
      { numRuns: 1000 },
    )
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => typeof attempt(text) === 'string'))
  })

  it('refuse anything behind a right checksum that is not a state', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => typeof attempt(forge(bytes)) === 'string'),
      { numRuns: 500 },
    )
    fc.assert(fc.property(fc.jsonValue(), (value) => typeof attempt(forgeJson(value)) === 'string'))
    const state = toyGame.rules.init(config, 1)
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(state)), fc.jsonValue(), (key, value) => {
        attempt(forgeJson({ state: { ...state, [key]: value }, last: null }))
      }),
    )
    fc.assert(fc.property(fc.jsonValue(), (last) => void attempt(forgeJson({ state, last }))))
    for (const last of [1, {}, { legal: true }, { legal: 1, events: [] }, { legal: true, events: [1] }, { legal: true, events: [{}] }]) {
      expect(attempt(forgeJson({ state, last }))).toEqual(expect.stringContaining('token'))
    }
    expect(attempt(forgeJson({ state, last: null }))).toMatchObject({ state })
    expect(attempt(forgeJson({ state, last: null, more: 1 }))).toBe('The token does not hold { state, last }.')
  })

  it('refuse events that are none of the game', () => {
    const state = game2048.rules.init({ size: 4, goal: 0 }, 1)
    const back = (event: object): unknown => {
      const token = encodeState(game2048, state, { legal: false, events: [event as GameEvent] })
      return decodeState(token, [game2048]).last
    }
    expect(back({ kind: 'refused', reason: 'stuck', action: 2 })).toMatchObject({ events: [{ action: 2 }] })
    for (const event of [{ kind: 'refused', reason: 'stuck', action: 4 }, { kind: 'refused', reason: 'whim', action: 2 }, { kind: 'news' }])
      expect(() => back(event)).toThrow('An event in the token is not one of 2048.')
  })

  it('say what is wrong', () => {
    const state = toyGame.rules.init(config, 1)
    const token = encodeState(toyGame, state)
    expect(attempt(encodeState({ ...toyGame, id: 'other' }, state))).toContain('"other"')
    expect(attempt(encodeState({ ...toyGame, version: 2 }, state))).toContain('version 2')
    expect(attempt(`${token.slice(0, -1)}${token.endsWith('0') ? '1' : '0'}`)).toContain('checksum')
    expect(attempt('a'.repeat(maxTokenLength + 1))).toContain('at most')
    expect(attempt(forge(deflateSync(new Uint8Array(10_000_000))))).toContain('larger than')
    expect(attempt(forgeJson(`${'['.repeat(50_000)}`))).toContain('token')
    expect(attempt(forge(deflateSync(strToU8('['.repeat(200_000)))))).toContain('malformed')
  })
})

describe('stateHash', () => {
  it('is equal for equal states in any key order, and else differs', () => {
    const state = toyGame.rules.init(config, 1)
    const turned = Object.fromEntries(Object.entries(state).reverse())
    expect(stateHash(toyGame, turned)).toBe(stateHash(toyGame, state))
    expect(stateHash(toyGame, state)).toMatch(/^[0-9a-f]{32}$/)
    // A digest of another make, such as Node's, gives the same.
    const json = canonicalize({ game: 'toy', version: 1, state }) as string
    expect(stateHash(toyGame, state)).toBe(bytesToHex(sha256(utf8ToBytes(json))).slice(0, 32))
    expect(stateHash(toyGame, state, (text) => hash('sha256', text, 'hex'))).toBe(stateHash(toyGame, state))
    const others = [
      stateHash({ ...toyGame, id: 'x' }, state),
      stateHash({ ...toyGame, version: 2 }, state),
      stateHash(toyGame, toyGame.rules.reseed(state, 1)),
    ]
    expect(new Set([...others, stateHash(toyGame, state)]).size).toBe(4)
  })
})
