/** Options of the commands that ask a model behind HTTP: where it is, and what its requests hold beside the game. */
import type { Command } from 'commander'
import { ConfigError } from '../errors.ts'
import type { KeptRequest } from '../jobs/index.ts'
import { keptEdits, type RequestEdits, readEdits, resumedEdits, splitBaseUrl } from '../policies/endpoints.ts'
import { collect } from './options.ts'

/** The options as they were given. */
export interface RequestFlags {
  readonly baseUrl?: string
  readonly body?: string
  readonly header?: string[]
  readonly query?: string[]
}

/** Names of the options that change requests; their secret values are kept nowhere, so they may be given again with --resume. */
export const REQUEST_OPTIONS: readonly string[] = ['body', 'header', 'query']

/** What --base-url is. */
const ADDRESS = 'address of its server, like http://localhost:8000/v1; its key stands in the environment'

/** Adds --base-url, --body, --header and --query. `address`: what the first of them is. */
export function withRequestOptions(command: Command, address: string = ADDRESS): Command {
  return command
    .option('--base-url <url>', address)
    .option('--body <json>', `fields to add to every request, merged in; null takes one out, like '{"seed":null}'`)
    .option('--header <name: value>', 'header of every request; may be given many times; values are not kept', collect)
    .option(
      '--query <key=value>',
      'parameter of the address of every request, like api-version=2025-01-01; may be given many times',
      collect,
    )
}

/** Where requests go, and how they are changed. */
export interface RequestTarget {
  /** Without query; null: the provider's own. */
  readonly baseUrl: string | null
  readonly edits: RequestEdits
  readonly kept: KeptRequest
}

/** Reads the options. Throws ConfigError that repeats no value of a header. */
export function requestTarget(flags: RequestFlags): RequestTarget {
  const split = flags.baseUrl === undefined ? null : splitBaseUrl(flags.baseUrl)
  const edits: RequestEdits = {
    body: bodyOf(flags.body),
    headers: flags.header ?? [],
    query: [...(split?.query ?? []), ...(flags.query ?? [])],
  }
  readEdits(edits)
  return { baseUrl: split?.address ?? null, edits, kept: keptEdits(edits) }
}

/** The changes to go on with: those that were kept, completed by what is given again. Throws ConfigError for what is missing or differs. */
export function resumedRequest(kept: KeptRequest, flags: RequestFlags): RequestEdits {
  return resumedEdits(kept, {
    headers: flags.header ?? [],
    ...(flags.body !== undefined && { body: bodyOf(flags.body) }),
    ...(flags.query !== undefined && { query: flags.query }),
  })
}

function bodyOf(text: string | undefined): RequestEdits['body'] {
  if (text === undefined) return {}
  try {
    return JSON.parse(text)
  } catch {
    throw new ConfigError(`--body is not JSON; write it like '{"seed":null}', in quotes`)
  }
}
