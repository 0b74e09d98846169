import { checkConfig } from '../../checks.ts'
import type { Schema } from '../../schema.ts'

/** A message in the two forms that it has on the wire. All reading throws ConfigError for what is no such message. */
export interface Codec<T> {
  toProto(message: T): Uint8Array
  /** Fields that are not known are skipped. */
  fromProto(bytes: Uint8Array): T
  /** A value for JSON.stringify. */
  toJson(message: T): object
  fromJson(value: unknown): T
}

/** A message that the API has in JSON alone. */
export type JsonCodec<T> = Pick<Codec<T>, 'toJson' | 'fromJson'>

/** Content-Type of protobuf bodies. */
export const PROTOBUF = 'application/x-protobuf'

/** A parsed JSON body by its schema; throws ConfigError that names every wrong field. `what`: 'the forward_backward request'. */
export const readJson = <T>(schema: Schema<T>, value: unknown, what: string): T => checkConfig(schema, value, what)
