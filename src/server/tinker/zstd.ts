/** Bodies that were made smaller by zstd, which Node reads since 22.15. */
import * as zlib from 'node:zlib'
import { ApiError } from '../api-error.ts'

type Decompress = (bytes: Uint8Array, options: { readonly maxOutputLength: number }) => Uint8Array

/** The bytes of a body. `most`: bytes at most once they are unpacked. Throws ApiError. */
export async function unpackedBody(request: Request, most: number): Promise<Uint8Array> {
  const encoding = request.headers.get('content-encoding') ?? 'identity'
  const bytes = await request.arrayBuffer().then(
    (buffer) => new Uint8Array(buffer),
    () => {
      throw new ApiError(400, 'the connection ended before the body did; send all of it')
    },
  )
  if (encoding === 'identity') return bytes
  const { zstdDecompressSync: unpack } = zlib as { readonly zstdDecompressSync?: Decompress }
  if (encoding !== 'zstd' || unpack === undefined)
    throw new ApiError(
      415,
      `the content encoding ${encoding} cannot be read${encoding === 'zstd' ? ` by Node ${process.version}, which reads it since 22.15` : ''}; send the body as it is`,
      null,
      'ENCODING_UNKNOWN',
    )
  try {
    return unpack(bytes, { maxOutputLength: most })
  } catch (error) {
    throw new ApiError(400, `the body is no zstd of ${most} bytes at most (${(error as Error).message}); send it as it is`)
  }
}
