/**
 * Models behind HTTP, by name: `openai-compatible:NAME` (vLLM, SGLang, Ollama, llama.cpp, LM Studio, OpenRouter, `vlm-gym serve-model`),
 * `openai:NAME`, `anthropic:NAME`, `google:NAME`. The libraries of the providers are loaded when they are named. Keys come from the
 * environment and stay in this file and in the secrets handed to `redactor`.
 */
import type { LanguageModel } from 'ai'
import { ConfigError } from '../errors.ts'

type FetchFunction = typeof globalThis.fetch

interface ProviderSettings {
  readonly name: string
  readonly baseURL: string | undefined
  readonly apiKey: string
  readonly fetch: FetchFunction
}

interface Provider {
  /** Where its key stands. */
  readonly variable: string
  /** Whether it does without a key. */
  readonly keyless?: boolean
  /** The address is the caller's to give. */
  readonly needsUrl?: boolean
  load(settings: ProviderSettings): Promise<LanguageModel>
}

const given = <T>(name: string, value: T | undefined): Record<string, T> => (value === undefined ? {} : { [name]: value })

const PROVIDERS: Readonly<Record<string, Provider>> = {
  'openai-compatible': {
    variable: 'VLM_GYM_API_KEY',
    keyless: true,
    needsUrl: true,
    load: async ({ name, baseURL, apiKey, fetch }) => {
      const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible')
      return createOpenAICompatible({
        name: 'openai-compatible',
        baseURL: baseURL as string,
        fetch,
        ...given('apiKey', apiKey || undefined),
      })(name)
    },
  },
  openai: {
    variable: 'OPENAI_API_KEY',
    load: async ({ name, baseURL, apiKey, fetch }) =>
      (await import('@ai-sdk/openai')).createOpenAI({ apiKey, fetch, ...given('baseURL', baseURL) }).chat(name),
  },
  anthropic: {
    variable: 'ANTHROPIC_API_KEY',
    load: async ({ name, baseURL, apiKey, fetch }) =>
      (await import('@ai-sdk/anthropic')).createAnthropic({ apiKey, fetch, ...given('baseURL', baseURL) })(name),
  },
  google: {
    variable: 'GOOGLE_GENERATIVE_AI_API_KEY',
    load: async ({ name, baseURL, apiKey, fetch }) =>
      (await import('@ai-sdk/google')).createGoogleGenerativeAI({ apiKey, fetch, ...given('baseURL', baseURL) })(name),
  },
}

/** The kinds of endpoints, as they stand before the colon of a model's name. */
export const endpointProviders: readonly string[] = Object.keys(PROVIDERS)

/** Whether a name is that of a model behind HTTP: `provider:NAME` with a provider of `endpointProviders`. */
export function isEndpointName(name: string): boolean {
  return Object.hasOwn(PROVIDERS, name.split(':', 1)[0] as string) && name.includes(':')
}

/** A model that can be asked, and what must not be said aloud. */
export interface EndpointModel {
  /** 'openai:gpt-4o'. */
  readonly id: string
  readonly model: LanguageModel
  /** The address asked, for messages; null: the provider's own. */
  readonly baseUrl: string | null
  /** Environment variable of the key, for messages. */
  readonly variable: string
  /** The key; empty if there is none. */
  readonly secrets: readonly string[]
}

export interface EndpointModelOptions {
  /** `provider:NAME`; NAME may hold colons itself. */
  readonly model: string
  /** Address up to and with the version, like http://localhost:8000/v1. Needed for openai-compatible only. */
  readonly baseUrl?: string | undefined
  /** Default: `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly fetch: FetchFunction
}

/** Finds provider, key and address. Throws ConfigError that says what is missing, before anything is asked. */
export async function endpointModel(options: EndpointModelOptions): Promise<EndpointModel> {
  const { model: id, env = process.env, fetch } = options
  const at = id.indexOf(':')
  const provider = Object.hasOwn(PROVIDERS, id.slice(0, Math.max(0, at))) ? PROVIDERS[id.slice(0, at)] : undefined
  const name = id.slice(at + 1)
  if (provider === undefined || name === '') {
    throw new ConfigError(`the model "${id}" is not written provider:NAME with a provider of ${endpointProviders.join(', ')}`)
  }
  const baseURL = checkUrl(options.baseUrl)
  if (provider.needsUrl && baseURL === undefined) {
    throw new ConfigError(`the model "${id}" needs the address of its server; give --base-url, like http://localhost:8000/v1`)
  }
  const apiKey = env[provider.variable]?.trim() ?? ''
  if (apiKey === '' && !provider.keyless) {
    throw new ConfigError(`the model "${id}" needs a key; put it into the environment variable ${provider.variable}`)
  }
  const model = await provider.load({ name, baseURL, apiKey, fetch })
  return { id, model, baseUrl: baseURL ?? null, variable: provider.variable, secrets: apiKey === '' ? [] : [apiKey] }
}

/** Checks an address; what may hold a secret is refused without being repeated. */
function checkUrl(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  let url: URL
  try {
    url = new URL(text)
  } catch {
    throw new ConfigError('--base-url is not an address; write it like http://localhost:8000/v1')
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new ConfigError(`--base-url begins with ${url.protocol}, which is not http: or https:; write it like http://localhost:8000/v1`)
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new ConfigError('--base-url holds a user name, a query or a fragment; give the bare address, and a key in the environment')
  }
  return url.href.replace(/\/+$/, '')
}
