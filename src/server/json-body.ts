/** Bodies of requests. */
import { ApiError } from './api-error.ts'

/** The JSON of a request's body. Throws ApiError. */
export async function jsonBody(request: Request): Promise<unknown> {
  const type = request.headers.get('content-type') ?? 'none'
  if (!/^application\/json\b/i.test(type)) throw new ApiError(400, `the content type is ${type}; send application/json`)
  try {
    // Node's own reading of UTF-8 takes a tenth of the time of `text`.
    return JSON.parse(
      Buffer.from(await request.arrayBuffer())
        .toString()
        .replace(/^\ufeff/, ''),
    )
  } catch (error) {
    throw new ApiError(400, `the body is not JSON (${(error as Error).message}); send a JSON object`)
  }
}
