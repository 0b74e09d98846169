/** The SDK's transport for answers in JSON, mended: it keeps every answer, pictures included, until the conversation ends (seen in SDK 1.32.2). */
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js'

type Send = WebStandardStreamableHTTPServerTransport['send']

/** What the transport keeps of its requests; private to it. */
interface Kept {
  /** By stream, one a HTTP request. */
  readonly _streamMapping?: Map<string, object>
  /** Requests without an answer, each with its stream. */
  readonly _requestToStreamMapping?: Map<string | number, string>
}

/** A transport that forgets a request once its answer is sent. */
export class JsonTransport extends WebStandardStreamableHTTPServerTransport {
  constructor(options: ConstructorParameters<typeof WebStandardStreamableHTTPServerTransport>[0]) {
    super({ ...options, enableJsonResponse: true })
  }

  /** HTTP requests that are kept; 0 while none is open. */
  get kept(): number {
    return (this as unknown as Kept)._streamMapping?.size ?? 0
  }

  override async send(...message: Parameters<Send>): Promise<void> {
    const { _streamMapping: streams, _requestToStreamMapping: open } = this as unknown as Kept
    const id = 'id' in message[0] ? message[0].id : undefined
    const stream = id === undefined || id === null ? undefined : open?.get(id)
    await super.send(...message)
    // The requests of a stream are forgotten together, once all of them are answered.
    if (stream !== undefined && ![...(open?.values() ?? [])].includes(stream)) streams?.delete(stream)
  }
}
