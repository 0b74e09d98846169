/**
 * Where a model behind HTTP is asked, by its name: `openai-compatible:NAME` (vLLM, SGLang, Ollama, llama.cpp, LM Studio, OpenRouter,
 * `vlm-gym serve-model`), `openai:NAME`, `anthropic:NAME`, `google:NAME`. Keys come from the environment, addresses from nowhere but the
 * caller or this file.
 */
import { ConfigError } from '../errors.ts'
import { checkSecret, isLong, isSecretName } from './redact.ts'
import { type ReadEdits, type RequestEdits, readEdits } from './request-edits.ts'
import { urlOf } from './url.ts'
import type { Wire } from './wire.ts'
import { anthropicWire } from './wire-anthropic.ts'
import { googleWire } from './wire-google.ts'
import { openaiWire } from './wire-openai.ts'

interface Provider {
  /** Where its key stands. */
  readonly variable: string
  /** Its address; null: the caller's to give, and a key is not needed. */
  readonly address: string | null
  /** Variables that other programs take an address from. */
  readonly strangers: readonly string[]
  readonly wire: (address: string) => Wire
}

const OPENAI = 'https://api.openai.com/v1'

const PROVIDERS: Readonly<Record<string, Provider>> = {
  'openai-compatible': { variable: 'VLM_GYM_API_KEY', address: null, strangers: [], wire: () => openaiWire('max_tokens') },
  openai: {
    variable: 'OPENAI_API_KEY',
    address: OPENAI,
    strangers: ['OPENAI_BASE_URL', 'OPENAI_API_BASE'],
    // OpenAI itself has given the limit another name, which servers that speak alike may not know.
    wire: (address) => openaiWire(address === OPENAI ? 'max_completion_tokens' : 'max_tokens'),
  },
  anthropic: {
    variable: 'ANTHROPIC_API_KEY',
    address: 'https://api.anthropic.com/v1',
    strangers: ['ANTHROPIC_BASE_URL'],
    wire: () => anthropicWire,
  },
  google: {
    variable: 'GOOGLE_GENERATIVE_AI_API_KEY',
    address: 'https://generativelanguage.googleapis.com/v1beta',
    strangers: ['GOOGLE_GEMINI_BASE_URL'],
    wire: () => googleWire,
  },
}

/** The kinds of endpoints, as they stand before the colon of a model's name. */
export const endpointProviders: readonly string[] = Object.keys(PROVIDERS)

/** Environment variables that hold keys. */
export const keyVariables: readonly string[] = Object.values(PROVIDERS).map(({ variable }) => variable)

/** Whether a name is that of a model behind HTTP: `provider:NAME` with a provider of `endpointProviders`. */
export function isEndpointName(name: string): boolean {
  return Object.hasOwn(PROVIDERS, name.split(':', 1)[0] as string) && name.includes(':')
}

/** An endpoint that can be asked, and what must not be said aloud. */
export interface Endpoint {
  /** 'openai:gpt-4o'. */
  readonly id: string
  /** What stands behind the colon. */
  readonly name: string
  /** Base address, without query and closing slash. */
  readonly address: string
  /** What messages call the place where the address was given. */
  readonly from: string
  /** Where requests go, query and all. */
  readonly url: string
  readonly wire: Wire
  readonly headers: Readonly<Record<string, string>>
  readonly edits: ReadEdits
  /** Environment variable of the key, for messages. */
  readonly variable: string
  /** A key is sent. */
  readonly keyed: boolean
  readonly secrets: readonly string[]
  /** What the caller should know, a sentence each. */
  readonly notes: readonly string[]
}

type Env = Readonly<Record<string, string | undefined>>

export interface EndpointPlaceOptions extends RequestEdits {
  readonly model: string
  readonly baseUrl?: string | undefined
  /** What messages call the place where the address was given. */
  readonly baseUrlFrom?: string | undefined
  readonly env?: Env
}

/** Finds wire, key and address. Throws ConfigError that says what is missing or wrong, before anything is asked. */
export function endpointOf(options: EndpointPlaceOptions): Endpoint {
  const { model: id, env = process.env, baseUrlFrom: from = BASE_URL } = options
  const at = id.indexOf(':')
  const provider = Object.hasOwn(PROVIDERS, id.slice(0, Math.max(0, at))) ? PROVIDERS[id.slice(0, at)] : undefined
  const name = id.slice(at + 1)
  if (provider === undefined || name === '') {
    throw new ConfigError(`the model "${id}" is not written provider:NAME with a provider of ${endpointProviders.join(', ')}`)
  }
  const key = keyOf(provider, env)
  const given = options.baseUrl === undefined ? null : splitBaseUrl(options.baseUrl, from)
  const address = given?.address ?? provider.address
  if (address === null)
    throw new ConfigError(`the model "${id}" needs the address of its server; give ${from}, like http://localhost:8000/v1`)
  if (key === '' && address === provider.address)
    throw new ConfigError(`the model "${id}" needs a key; put it into the environment variable ${provider.variable}`)
  if (isLong(key) && address.includes(key))
    throw new ConfigError(`${from} holds the key; give the bare address, and the key in the environment`)
  const edits = readEdits({ ...options, query: [...(given?.query ?? []), ...(options.query ?? [])] })
  const wire = provider.wire(address)
  const query = new URLSearchParams(edits.query.map(([one, value]): [string, string] => [one, value])).toString()
  return {
    id,
    name,
    address,
    from,
    url: `${address}${wire.path(name)}${query === '' ? '' : `?${query}`}`,
    wire,
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      'user-agent': 'vlm-gym',
      ...wire.headers(key),
      ...edits.headers,
    },
    edits,
    variable: provider.variable,
    keyed: key !== '' || edits.headers.authorization !== undefined,
    secrets: [...(key === '' ? [] : [key]), ...edits.secrets],
    notes: given === null ? strangersIn(provider, env, address) : [],
  }
}

/** The key of a provider, without white space at its ends. Throws ConfigError for one that no server can have given out. */
function keyOf({ variable }: Provider, env: Env): string {
  const key = env[variable]?.trim() ?? ''
  checkSecret(key, `the key in the environment variable ${variable}`)
  return key
}

/** An address of another program's making is not followed, since a key would go where nobody said. */
function strangersIn({ strangers }: Provider, env: Env, address: string): string[] {
  const name = strangers.find((one) => env[one])
  return name === undefined
    ? []
    : [`the environment variable ${name} is not used, requests go to ${address}; another address is given by --base-url`]
}

/** The option that gives an address. */
const BASE_URL = '--base-url'

/**
 * An address and its query, such as ?api-version=…, which goes with every request. `from`: what messages call the place where it was given;
 * an option shall hold no secret, an environment variable may. Throws ConfigError that does not repeat what may hold a secret.
 */
export function splitBaseUrl(text: string, from: string = BASE_URL): { readonly address: string; readonly query: readonly string[] } {
  const url = urlOf(text)
  if (url === null) throw new ConfigError(`${from} is not an address; write it like http://localhost:8000/v1`)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new ConfigError(`${from} begins with ${url.protocol}, which is not http: or https:; write it like http://localhost:8000/v1`)
  }
  if (url.username !== '' || url.password !== '' || url.hash !== '') {
    throw new ConfigError(`${from} holds a user name or a fragment; give the bare address, and a key in the environment`)
  }
  const query = [...url.searchParams].map(([name, value]) => `${name}=${value}`)
  const secret = [...url.searchParams.keys()].find(isSecretName)
  if (secret !== undefined && from === BASE_URL)
    throw new ConfigError(`${from} holds the parameter ${secret}, which looks like a key; give it by --query, whose secrets are not kept`)
  return { address: `${url.origin}${url.pathname}`.replace(/\/+$/, ''), query }
}
