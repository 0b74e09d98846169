/** `fetch` for endpoints: a body is read up to a limit, so that no server can fill the memory. */

/** Bytes of a body that are read; the longest honest completion is far below. */
export const maxBodyBytes = 8 * 1024 * 1024

/** Reads the whole body before it answers; rejects if it is longer than `maxBodyBytes`, cut short, or aborted. */
export const limitedFetch: typeof globalThis.fetch = async (input, init) => {
  const response = await fetch(input, init)
  if (response.body === null) return response
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of response.body as unknown as AsyncIterable<Uint8Array>) {
    size += part.length
    if (size > maxBodyBytes) throw new Error(`the answer is longer than ${maxBodyBytes} bytes`)
    parts.push(part)
  }
  const { status, statusText, headers } = response
  return new Response(status === 204 || status === 205 || status === 304 ? null : Buffer.concat(parts), { status, statusText, headers })
}
