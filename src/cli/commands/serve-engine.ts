/** `vlm-gym serve-engine`: the embedded engine by the Tinker API, for other people's Tinker programs. */
import { mkdir } from 'node:fs/promises'
import type { Command } from 'commander'
import { fileReason, StorageError } from '../../errors.ts'
import { loadEngineModule, loadExtras, newWords } from '../../jobs/index.ts'
import { ENGINE_SERVER_DEFAULTS, serveEngine } from '../../server/index.ts'
import type { ConfigObject } from '../../settings.ts'
import { PRESETS, presetNamed, trainConfig } from '../../train/index.ts'
import { serveUntilInterrupted, stopWithInput } from '../interrupt.ts'
import { type KeyFlags, keyOf, withKey } from '../key-options.ts'
import {
  checkConfig,
  choiceOption,
  gatherConfig,
  wholeNumber,
  withConfigFile,
  withExamples,
  withJson,
  withSeed,
  withSet,
} from '../options.ts'
import { printJson, printLines } from '../terminal.ts'

interface ServeFlags extends KeyFlags {
  readonly preset: string
  readonly config?: string
  readonly set?: string[]
  readonly seed: number
  readonly folder: string
  readonly host: string
  readonly port: number
  readonly allowKeyless?: boolean
  readonly maxModels: number
  readonly maxSessions: number
  readonly maxQueue: number
  readonly idle: number
  readonly endWithStdin?: boolean
  readonly json?: boolean
}

/** Options and action of `serve-engine`. */
export function defineServeEngine(command: Command): void {
  const { maxModels, maxSessions, maxQueue, idleTimeout } = ENGINE_SERVER_DEFAULTS
  command.addOption(
    choiceOption('--preset <name>', 'config whose model and games are served, as that of vlm-gym train', Object.keys(PRESETS)).default(
      'laptop',
    ),
  )
  withConfigFile(command, 'fields that differ from the preset; a file of vlm-gym train --print-config stands alone')
  withSet(command, 'one field, such as model.width=64 or threads=2')
  withSeed(command, 'the first weights of every model, and the samples of requests without a seed')
  command.option('--folder <path>', 'where checkpoints are kept; they are found again at the next start', 'serve-engine')
  command.option('--host <address>', 'address to listen on; anything but loopback lets other machines in, and needs a key', '127.0.0.1')
  command.option('--port <n>', 'port to listen on; 0 picks a free one', wholeNumber(0, 65_535), 8010)
  withKey(command)
  command.option(
    '--allow-keyless',
    'listen at another address than loopback also without a key: in a container whose network lets nobody else in',
  )
  command.option('--max-models <n>', 'models that may be open at once, an engine with a thread each', wholeNumber(1, 1024), maxModels)
  command.option('--max-sessions <n>', 'sessions that may be open at once', wholeNumber(1, 1_000_000), maxSessions)
  command.option('--max-queue <n>', 'requests that may wait or have results that nobody fetched', wholeNumber(1, 10_000_000), maxQueue)
  command.option(
    '--idle <seconds>',
    'a session without a request or heartbeat for so long ends, and its models with it',
    wholeNumber(1, 86_400),
    idleTimeout / 1000,
  )
  command.option('--end-with-stdin', 'ends when its standard input does: a program that starts it leaves none behind, however it ends')
  withJson(command)
  withExamples(command, [
    ['vlm-gym serve-engine --preset tiny', 'at http://127.0.0.1:8010, which is the TINKER_BASE_URL; Ctrl-C stops it'],
    [
      'vlm-gym serve-engine --host 0.0.0.0 --key-file tinker.key',
      'for other machines; a key that begins with tml- is one that the tinker package takes',
    ],
    ['vlm-gym serve-engine --port 0 --json', 'on a free port, which the first line of output names'],
  ])
  command.action((flags: ServeFlags) => serveCommand(flags, command))
}

async function serveCommand(flags: ServeFlags, command: Command): Promise<void> {
  const base = presetNamed(flags.preset) as ConfigObject & object
  const isChosen = command.getOptionValueSource('preset') === 'cli'
  const isWhole = (file: ConfigObject): boolean => !isChosen && trainConfig.safeParse(file).success
  const gathered = await gatherConfig({ base: (file) => (isWhole(file) ? {} : base), config: flags.config, set: flags.set })
  const config = checkConfig(trainConfig, { ...gathered, seed: flags.seed }, 'the config')
  await loadExtras(config)
  const words = await newWords(config)
  const { createEngine } = await loadEngineModule(config.engine)
  const { model, seed, threads } = config
  const { folder, host, port, allowKeyless, maxModels, maxSessions, maxQueue, idle } = flags
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw new StorageError(`cannot make the folder ${folder}: ${fileReason(error, 'write')}; give another --folder`, { cause: error })
  })
  const server = await serveEngine({
    ...{
      host,
      port,
      key: await keyOf(flags),
      allowKeyless,
      maxModels,
      maxSessions,
      maxQueue,
      idleTimeout: idle * 1000,
      folder,
      seed,
      model,
    },
    open: (saves) => createEngine({ model, seed, threads, folder: saves }, { words: () => words }),
  })
  if (flags.json) printJson({ url: server.url, model: server.base })
  else
    printLines([`the model ${JSON.stringify(server.base)} by the Tinker API at ${server.url}; checkpoints in ${folder}`, 'Ctrl-C stops it'])
  if (flags.endWithStdin) stopWithInput()
  await serveUntilInterrupted(server, 'stopping; what has begun ends first')
}
