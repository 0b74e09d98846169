/** What goes into an engine's sampler and what comes out of it, held against the engine contract. */
import { type EngineInfo, inputLength, type ModelInput, type SampledSequence, type SampleRequest, type Sampler } from '../engine.ts'
import { EngineError } from '../errors.ts'

/** Throws EngineError for a prompt with more pictures, or a prompt and reply of more tokens, than the engine takes. */
export function checkPrompt(info: EngineInfo, prompt: ModelInput, maxTokens: number): void {
  const pictures = prompt.chunks.filter(({ type }) => type === 'image').length
  checkPictures(info, pictures)
  const length = inputLength(prompt)
  if (length + maxTokens > info.maxSequence) {
    throw new EngineError(
      `prompt (${length}) and reply (${maxTokens}) tokens are over the ${info.maxSequence} of the engine ${info.name}; lower maxTokens`,
    )
  }
}

/** Throws EngineError if a prompt of so many pictures is not for this engine. */
export function checkPictures({ name, images }: EngineInfo, pictures: number): void {
  if (pictures <= images) return
  if (images === 0) throw new EngineError(`the engine ${name} is blind: it takes text alone; use an engine that sees pictures`)
  throw new EngineError(`a prompt with ${pictures} pictures is over the ${images} that the engine ${name} takes`)
}

/** Samples, and checks the answer: n replies a prompt, a log-prob a token, a stop reason. Throws EngineError. */
export async function sampleChecked(sampler: Pick<Sampler, 'sample'>, request: SampleRequest): Promise<SampledSequence[][]> {
  const { prompts, n } = request
  const groups = await sampler.sample(request)
  if (groups.length !== prompts.length || groups.some((group) => group.length !== n))
    throw new EngineError(
      `the engine gave ${groups.map((group) => group.length).join(', ')} replies for ${prompts.length} prompts with ${n} each`,
    )
  for (const { tokens, logprobs, stopReason } of groups.flat()) {
    if (logprobs?.length !== tokens.length)
      throw new EngineError(
        `the engine gave ${logprobs?.length ?? 'no'} log-probs with a reply of ${tokens.length} tokens; it must give one a token`,
      )
    if (stopReason !== 'stop' && stopReason !== 'length')
      throw new EngineError(`the engine gave a reply with the stop reason ${JSON.stringify(stopReason)}; it must say "stop" or "length"`)
  }
  return groups
}
