/**
 * The messages of the Tinker API, for its client (`../`) and its server (`src/server/tinker/`). No network and no engine in here. Three forms of a
 * message, and the way from each to the next:
 *
 *     engine types  ── …ToWire / …FromWire ──  messages  ── toProto, toJson / fromProto, fromJson ──  bytes, JSON bodies
 *
 *     // a client                                              // a server
 *     const data = batch.map((datum) => datumToWire(datum))    const request = forwardBackwardRequest.fromProto(body)
 *     const body = forwardBackwardRequest.toProto({ … })       const data = request.data.map((datum) => datumFromWire(datum, engine.chat))
 *     …                                                        const result = await engine.forwardBackward({ data, … })
 *     forwardBackwardOutput.fromProto(answer)                  forwardBackwardOutput.toProto(resultToWire(result))
 *
 * - Codecs (protobuf and JSON): `forwardBackwardRequest` (of forward too), `forwardBackwardOutput`, `sampleResponse`; JSON alone: `sampleRequest`.
 * - Conversions: `inputToWire`, `datumToWire`, `lossConfigToWire`, `resultToWire`, `sequenceToWire`, and `inputFromWire`, `datumFromWire`,
 *   `lossConfigFromWire`, `logprobsFromWire`, `sequenceFromWire`. A picture travels as a PNG, the same bytes for the same frame.
 * - All other bodies: schemas of zod in bodies.ts, read by `readJson(schema, value, 'The create_model request')`.
 * - Futures: `futureResponse`, `readFuture`, `futureFromJson`, `futureToJson`.
 *
 * Whatever is read and is no such message throws ConfigError with one sentence; that a result does not fit its request throws EngineError.
 */
export * from './bodies.ts'
export { chunkBytes, type WireChunk, type WireImage, type WireText } from './chunk.ts'
export { type Codec, type JsonCodec, PROTOBUF, readJson } from './codec.ts'
export {
  datumFromWire,
  datumToWire,
  type InputReading,
  inputFromWire,
  inputToWire,
  logprobsFromWire,
  lossConfigFromWire,
  lossConfigToWire,
  resultToWire,
  sequenceFromWire,
  sequenceToWire,
  type Writing,
} from './convert.ts'
export {
  datumBytes,
  type ForwardBackwardOutput,
  type ForwardBackwardRequest,
  forwardBackwardOutput,
  forwardBackwardRequest,
  type WireDatum,
} from './forward-backward.ts'
export {
  cancelFutureRequest,
  type FutureState,
  futureFromJson,
  futureResponse,
  futureToJson,
  readFuture,
  retrieveFutureRequest,
} from './future.ts'
export {
  EMPTY_LOGPROB,
  type SampleRequest,
  type SampleResponse,
  sampleRequest,
  sampleResponse,
  type TopkLogprobs,
  type WireSamplingParams,
  type WireSequence,
} from './sample.ts'
export { vector, type WireTensor } from './tensor.ts'
