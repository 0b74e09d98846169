/** `vlm-gym serve-model`: a trained model as an OpenAI-compatible chat endpoint, for tools that speak to one. */
import { basename } from 'node:path'
import type { Command } from 'commander'
import { openCheckpoint } from '../../jobs/index.ts'
import { serveModel } from '../../server/index.ts'
import { serveUntilInterrupted } from '../interrupt.ts'
import { type KeyFlags, keyOf, withKey } from '../key-options.ts'
import { wholeNumber, withExamples, withJson, withSeed } from '../options.ts'
import { printJson, printLines } from '../terminal.ts'

interface ServeFlags extends KeyFlags {
  readonly name?: string
  readonly host: string
  readonly port: number
  readonly cors?: string
  readonly seed: number
  readonly engine: string
  readonly threads: number
  readonly json?: boolean
}

/** Options and action of `serve-model`. */
export function defineServeModel(command: Command): void {
  command.argument('<checkpoint>', 'a .safetensors file that vlm-gym train wrote')
  command.option('--name <model>', 'name that clients ask for (default: the file’s name without .safetensors)')
  command.option('--host <address>', 'address to listen on; anything but loopback lets other machines in, and needs a key', '127.0.0.1')
  command.option('--port <n>', 'port to listen on; 0 picks a free one', wholeNumber(0, 65_535), 8000)
  withKey(command)
  command.option('--cors <origin>', 'let web pages of this origin call the server, such as http://localhost:5173 (default: none)')
  command.option('--engine <package>', 'package that made the checkpoint', '@vlm-gym/engine-onnx')
  command.option(
    '--threads <n>',
    'threads of the engine; with 1 a reply is the same to the last digit whatever is answered beside it',
    wholeNumber(1, 256),
    1,
  )
  withSeed(command, 'the replies to requests without a seed of their own')
  withJson(command)
  withExamples(command, [
    ['vlm-gym serve-model runs/laptop-0/checkpoints/g1.safetensors', 'at http://127.0.0.1:8000/v1, under the name g1; Ctrl-C stops it'],
    ['vlm-gym serve-model g1.safetensors --host 0.0.0.0 --key-file gym.key', 'for other machines, which give the key as their API key'],
    ['vlm-gym serve-model g1.safetensors --port 0 --json', 'on a free port, which the first line of output names'],
  ])
  command.action(serveCommand)
}

async function serveCommand(checkpoint: string, flags: ServeFlags): Promise<void> {
  const { host, port, cors, seed, threads } = flags
  const model = flags.name ?? basename(checkpoint).replace(/\.safetensors$/, '')
  const engine = await openCheckpoint(checkpoint, { engine: flags.engine, threads })
  try {
    const server = await serveModel({ engine, model, host, port, key: await keyOf(flags), seed, ...(cors !== undefined && { cors }) })
    if (flags.json) printJson({ url: server.url, model })
    else printLines([`${model} (${engine.info.name}) listens at ${server.url}`, 'Ctrl-C stops it'])
    await serveUntilInterrupted(server, 'stopping; open requests are answered first')
  } finally {
    await engine.close()
  }
}
