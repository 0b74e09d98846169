/** The engine's worker thread: an EmbeddedEngine behind a message port. */
import { parentPort, workerData } from 'node:worker_threads'
import * as Comlink from 'comlink'
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs'
import { EmbeddedEngine, type EmbeddedOptions } from './embedded-engine.ts'

if (parentPort) Comlink.expose(new EmbeddedEngine(workerData as EmbeddedOptions), nodeEndpoint(parentPort))
