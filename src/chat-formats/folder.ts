/** The chat format of a published model from the files of its folder. Node only. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ChatFormat } from '../chat.ts'
import { EngineError, fileReason } from '../errors.ts'
import { qwenChat } from './qwen.ts'
import { templateChat } from './template.ts'
import { readTokenizerFiles } from './tokenizer-file.ts'

/** Families of Qwen's vision models, by `model_type` of config.json. */
const QWEN_VISION = ['qwen2_vl', 'qwen2_5_vl', 'qwen3_vl', 'qwen3_vl_moe']

/** Families of text models whose own template is followed. */
const TEXT = ['llama']

type Json = { readonly [key: string]: unknown }

/**
 * Reads config.json (which family), tokenizer.json, tokenizer_config.json, and preprocessor_config.json (patch_size, merge_size, and the bounds of
 * a picture's pixels as min_pixels and max_pixels or as size.shortest_edge and size.longest_edge). Of a text model: eos_token of
 * tokenizer_config.json, and the template from chat_template.jinja or that file's chat_template. Throws EngineError that says which file or
 * key is missing, or that the family has no format here.
 */
export async function chatFromFolder(folder: string): Promise<ChatFormat> {
  const { model_type: family } = await readObject(folder, 'config.json')
  if (TEXT.includes(String(family))) return await textChat(folder)
  if (!QWEN_VISION.includes(String(family)))
    throw new EngineError(
      `${join(folder, 'config.json')} has model_type ${JSON.stringify(family) ?? 'none'}, which has no chat format here; give a model of ${[...QWEN_VISION, ...TEXT].join(', ')}`,
    )
  const files = await readTokenizerFiles(folder)
  const pictures = await readObject(folder, 'preprocessor_config.json')
  const size = isObject(pictures.size) ? pictures.size : {}
  const whole = (name: string, value: unknown): number => {
    if (typeof value === 'number' && Number.isInteger(value) && value > 0) return value
    throw new EngineError(
      `${join(folder, 'preprocessor_config.json')} has ${name} ${JSON.stringify(value) ?? 'nowhere'}; it needs a whole number above 0 to count a picture's tokens`,
    )
  }
  return qwenChat({
    ...files,
    ...(String(family).startsWith('qwen2') && { system: 'You are a helpful assistant.' }),
    tokenSide: whole('patch_size', pictures.patch_size) * whole('merge_size', pictures.merge_size),
    minPixels: whole('min_pixels or size.shortest_edge', pictures.min_pixels ?? size.shortest_edge),
    maxPixels: whole('max_pixels or size.longest_edge', pictures.max_pixels ?? size.longest_edge),
  })
}

async function textChat(folder: string): Promise<ChatFormat> {
  const files = await readTokenizerFiles(folder)
  const config = await readObject(folder, 'tokenizer_config.json')
  const spelling = (value: unknown): unknown => (isObject(value) ? value.content : value)
  const [stop, begin] = [spelling(config.eos_token), spelling(config.bos_token)]
  const template = await readFile(join(folder, 'chat_template.jinja'), 'utf8').catch(() => config.chat_template)
  if (typeof stop !== 'string')
    throw new EngineError(`${join(folder, 'tokenizer_config.json')} has no eos_token; it is the token that ends a reply`)
  if (typeof template !== 'string')
    throw new EngineError(
      `${folder} has no chat template, neither chat_template.jinja nor in tokenizer_config.json; give a model that was tuned to chat`,
    )
  return templateChat({ ...files, template, stop, ...(typeof begin === 'string' && { begin }) })
}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

async function readObject(folder: string, name: string): Promise<Json> {
  const path = join(folder, name)
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new EngineError(`cannot read ${path}: ${fileReason(error)}; give the folder of a model with it`, { cause: error })
  })
  try {
    const value: unknown = JSON.parse(text)
    if (isObject(value)) return value
  } catch {
    // Said below.
  }
  throw new EngineError(`${path} is not a JSON object; give the folder of a model as it was published`)
}
