declare module 'comlink/dist/esm/node-adapter.mjs' {
  import type { MessagePort, Worker } from 'node:worker_threads'
  import type { Endpoint } from 'comlink'

  /** Makes a Node message port look like a browser one. */
  export default function nodeEndpoint(port: Worker | MessagePort): Endpoint
}
