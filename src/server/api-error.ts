/** Errors of requests, and their bodies as OpenAI's API words them: a status, and a body that says what is wrong with which parameter. */

import { VlmGymError } from '../errors.ts'

/** Thrown while a request is read or answered; becomes the response. */
export class ApiError extends Error {
  readonly status: 400 | 401 | 403 | 404 | 409 | 410 | 413 | 415 | 422 | 429 | 500 | 503
  /** Name of the parameter at fault, such as 'messages[0].content'; null if it is not one parameter. */
  readonly param: string | null
  /** Machine-readable, such as 'model_not_found'. */
  readonly code: string | null

  constructor(status: ApiError['status'], message: string, param: string | null = null, code: string | null = null) {
    super(message)
    this.status = status
    this.param = param
    this.code = code
  }

  /** The response body. */
  body(): { error: { message: string; type: string; param: string | null; code: string | null } } {
    const type = this.status === 500 ? 'server_error' : 'invalid_request_error'
    return { error: { message: this.message, type, param: this.param, code: this.code } }
  }
}

/** Any error as one for the client: what was thrown on purpose keeps its sentence, and the rest goes to `log` alone. */
export function asApiError(error: unknown, log: (error: unknown) => void): ApiError {
  if (error instanceof ApiError) return error
  if (error instanceof VlmGymError) return new ApiError(422, error.message, null, 'VALIDATION_ERROR')
  log(error)
  return new ApiError(500, 'the server failed on this request; its log has the reason', null, 'EXECUTION_ERROR')
}
