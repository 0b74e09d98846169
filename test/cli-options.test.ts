/** Configs from the command line. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { ConfigError, checkConfig } from 'vlm-gym'
import * as z from 'zod'
import { gatherConfig, readConfigFile } from '../src/cli/options.ts'
import { applySettings, mergeConfig, parseSetting } from '../src/settings.ts'

const folder = mkdtempSync(join(tmpdir(), 'vlm-gym-options-'))
afterAll(() => rmSync(folder, { recursive: true }))

function file(text: string): string {
  const path = join(folder, 'config.json')
  writeFileSync(path, text)
  return path
}

describe('parseSetting', () => {
  it.each([
    ['size=5', ['size'], 5],
    ['rl.kl=1e-3', ['rl', 'kl'], 0.001],
    ['theme=dark', ['theme'], 'dark'],
    ['name="5"', ['name'], '5'],
    ['recipes=["g0"]', ['recipes'], ['g0']],
    ['a.b={"c":null}', ['a', 'b'], { c: null }],
    ['url=http://x/?a=b', ['url'], 'http://x/?a=b'],
    ['on=true', ['on'], true],
    ['empty=', ['empty'], ''],
  ])('%s', (text, path, value) => {
    expect(parseSetting(text)).toEqual({ path, value })
  })

  it.each(['', 'size', '=5', 'a..b=1', '.a=1', 'a.=1', '__proto__.x=1', 'a.constructor=1'])('refuses %j', (text) => {
    expect(() => parseSetting(text)).toThrow(ConfigError)
  })

  it('reads back any JSON value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value)
        expect(parseSetting(`k=${text}`).value).toEqual(JSON.parse(text))
      }),
    )
  })
})

describe('applySettings', () => {
  const base = { rl: { steps: 1, kl: 2 }, games: [{ id: 'a' }], seed: 0 }

  it('sets deep keys, makes missing objects, indexes lists, and leaves the base alone', () => {
    const before = structuredClone(base)
    const out = applySettings(base, ['rl.steps=9', 'model.width=4', 'games.0.id=b', 'games.1={"id":"c"}', 'rl.steps=10'])
    expect(out).toEqual({ rl: { steps: 10, kl: 2 }, games: [{ id: 'b' }, { id: 'c' }], seed: 0, model: { width: 4 } })
    expect(base).toEqual(before)
  })

  it.each([
    ['seed.x=1', /seed is 0 and has no keys/],
    ['games.first=1', /not an index of a list of 1/],
    ['games.5.id=x', /not an index/],
  ])('refuses %s', (text, reason) => {
    expect(() => applySettings(base, [text])).toThrow(reason)
  })

  it('never touches the prototype', () => {
    expect(() => applySettings({}, ['constructor.prototype.polluted=1'])).toThrow(ConfigError)
    expect(() => mergeConfig({}, JSON.parse('{"__proto__":{"polluted":1}}'))).toThrow(ConfigError)
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  })
})

describe('files', () => {
  it('lie between the base and the settings', async () => {
    const config = file('\uFEFF{"rl":{"kl":5},"list":[1]}')
    const gathered = await gatherConfig({ base: { rl: { steps: 1, kl: 2 }, list: [1, 2, 3] }, config, set: ['rl.steps=7'] })
    expect(gathered).toEqual({ rl: { steps: 7, kl: 5 }, list: [1] })
    expect(await gatherConfig({})).toEqual({})
  })

  it('are refused with the reason', async () => {
    await expect(readConfigFile(join(folder, 'nowhere.json'))).rejects.toThrow(/nowhere\.json cannot be read: there is no such file/)
    await expect(readConfigFile(folder)).rejects.toThrow(/it is a folder/)
    await expect(readConfigFile(file('{"a":'))).rejects.toThrow(/is not JSON/)
    await expect(readConfigFile(file('[1]'))).rejects.toThrow(/must hold a JSON object/)
  })
})

describe('checkConfig', () => {
  const schema = z.strictObject({
    rl: z.strictObject({ steps: z.int().min(0) }),
    games: z.array(z.strictObject({ id: z.string() })).default([]),
  })
  const message = (value: unknown): string => {
    try {
      checkConfig(schema, value, 'the config')
      return 'accepted'
    } catch (error) {
      return error instanceof ConfigError ? error.message : `not a ConfigError: ${error}`
    }
  }

  it('fills in defaults', () => {
    expect(checkConfig(schema, { rl: { steps: 1 } }, 'the config')).toEqual({ rl: { steps: 1 }, games: [] })
  })

  it('names every key that is unknown or wrong', () => {
    expect(message({ rl: { stesp: 1, steps: -1 }, games: [{ id: 'a', idd: 1 }], sede: 1 })).toBe(
      'the config is refused: rl.steps cannot be -1 (give a whole number, 0 or more); unknown key "rl.stesp" (did you mean "steps"?); ' +
        'unknown key "games.0.idd" (did you mean "id"?); unknown key "sede"',
    )
    expect(message({})).toContain('rl is missing')
    expect(message(5)).toContain('it cannot be 5')
  })
})
