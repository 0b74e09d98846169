/** The key of a server, for the commands that listen. It comes from the environment or a file, never from the command line, which every user of the machine can list. */
import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { ConfigError, fileReason } from '../errors.ts'
import { fileGuess } from '../near-file.ts'

/** The option as it was given. */
export interface KeyFlags {
  readonly keyFile?: string
}

/** Adds `--key-file`. */
export function withKey(command: Command): Command {
  return command.option(
    '--key-file <file>',
    'file that holds the key which clients must send as Authorization: Bearer KEY (default: the environment variable VLM_GYM_KEY); any address but loopback needs one',
  )
}

/** The key, or undefined if none is given. Throws ConfigError without the key in it. */
export async function keyOf({ keyFile }: KeyFlags): Promise<string | undefined> {
  if (keyFile === undefined) {
    const key = process.env.VLM_GYM_KEY
    if (key === '') throw new ConfigError('the environment variable VLM_GYM_KEY is empty; put a key into it, or take it out')
    return key
  }
  const text = await readFile(keyFile, 'utf8').catch((error: unknown) => {
    throw new ConfigError(`--key-file ${keyFile} cannot be read: ${fileReason(error)}${fileGuess(keyFile)}`, { cause: error })
  })
  return text.trim()
}
