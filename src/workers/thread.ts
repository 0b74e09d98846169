/** A worker thread: a Shard behind a message port. The first message are the pixels of its pictures, in shared memory. */
import { parentPort, workerData } from 'node:worker_threads'
import * as Comlink from 'comlink'
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs'
import { loadGames } from '../games/registry.ts'
import { shareKernelMemory } from '../render/index.ts'
import { Shard, type ShardData } from './shard.ts'

if (parentPort) {
  const data = workerData as ShardData
  shareKernelMemory()
  for (const module of data.modules) await import(module)
  await loadGames(data.specs.map(({ game }) => game))
  const shard = new Shard(data)
  Comlink.expose(shard, nodeEndpoint(parentPort))
  parentPort.postMessage(shard.pictures.map(({ pixels }) => pixels))
}
