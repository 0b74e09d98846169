/** A worker thread: a Shard behind a message port. */
import { parentPort, workerData } from 'node:worker_threads'
import * as Comlink from 'comlink'
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs'
import { Shard, type ShardData } from './shard.ts'

if (parentPort) {
  const data = workerData as ShardData
  for (const module of data.modules) await import(module)
  Comlink.expose(new Shard(data), nodeEndpoint(parentPort))
  parentPort.postMessage('ready')
}
