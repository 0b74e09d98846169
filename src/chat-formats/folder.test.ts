import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chatFromFolder } from './folder.ts'
import { IMAGE_TOKENS } from './image-tokens-fixture.ts'
import { smallTokenizer } from './tokenizer-fixture.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'model-'))
})
afterAll(() => rm(folder, { recursive: true }))

const write = (name: string, value: object): Promise<void> => writeFile(join(folder, name), JSON.stringify(value))

describe('a model in a folder', () => {
  it('says which file or key is missing', async () => {
    await expect(chatFromFolder(folder)).rejects.toThrow(/config\.json: there is no such file/)
    await write('config.json', { model_type: 'mamba' })
    await expect(chatFromFolder(folder)).rejects.toThrow(/model_type "mamba", which has no chat format here; give a model of qwen2_vl/)
    await write('config.json', { model_type: 'qwen2_5_vl' })
    await expect(chatFromFolder(folder)).rejects.toThrow(/tokenizer\.json/)
    await write('tokenizer.json', smallTokenizer())
    await expect(chatFromFolder(folder)).rejects.toThrow(/preprocessor_config\.json: there is no such file/)
    await write('preprocessor_config.json', { patch_size: 14, merge_size: 2, min_pixels: 3136 })
    await expect(chatFromFolder(folder)).rejects.toThrow(/max_pixels or size\.longest_edge nowhere/)
  })

  it('counts a picture as its image processor does, whichever keys say the bounds', async () => {
    await write('config.json', { model_type: 'qwen2_5_vl' })
    await write('tokenizer.json', smallTokenizer())
    await write('preprocessor_config.json', { patch_size: 14, merge_size: 2, min_pixels: 3136, max_pixels: 12_845_056 })
    const old = await chatFromFolder(folder)
    await write('config.json', { model_type: 'qwen3_vl' })
    await write('preprocessor_config.json', { patch_size: 16, merge_size: 2, size: { shortest_edge: 65_536, longest_edge: 16_777_216 } })
    const fresh = await chatFromFolder(folder)
    // Only the older family's template puts a system message before a conversation that has none.
    const messages = [{ role: 'user', content: [{ type: 'text', text: 'up?' }] }] as const
    const spoken = [old, fresh].map((chat) =>
      chat.prompt({ messages }).chunks.map((chunk) => ('tokens' in chunk ? chat.read(chunk.tokens).text : '')),
    )
    expect(spoken).toEqual([['system\nYou are a helpful assistant.\nuser\nup?\nassistant\n'], ['user\nup?\nassistant\n']])
    await write('preprocessor_config.json', { patch_size: 14, merge_size: 2, min_pixels: 3136, max_pixels: 401_408 })
    await write('config.json', { model_type: 'qwen2_vl' })
    const small = await chatFromFolder(folder)
    expect(IMAGE_TOKENS).toHaveLength(50)
    for (const [width, height, ...tokens] of IMAGE_TOKENS)
      expect([old, fresh, small].map((chat) => chat.imageTokens({ width, height }))).toEqual(tokens)
  })
})
