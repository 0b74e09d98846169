/** Errors as OpenAI's API words them: a status, and a body that says what is wrong with which parameter. */

/** Thrown while a request is read or answered; becomes the response. */
export class ApiError extends Error {
  readonly status: 400 | 404 | 413 | 500
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
