import type {ErrorBody} from './types'

/** Why a request failed, in words for the user. `status` is 0 when Janus could not be reached. */
export class ApiError extends Error {
  override readonly name = 'ApiError'

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    /** Further details from Janus; `retry_after` in seconds where it asked to wait. */
    readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message)
  }
}

/** The error for a request that did not reach Janus, whatever the browser calls that. */
export function notReached(): ApiError {
  return new ApiError(
    0,
    'NOT_REACHED',
    'Janus cannot be reached. Is the computer awake, and on the same network as this device?',
  )
}

/** Whether it is Janus that has failed, rather than what is between it and this page. */
export function isAnswer({status, code}: Pick<ApiError, 'status' | 'code'>): boolean {
  return status > 0 && code !== 'BAD_ANSWER' && !code.startsWith('HTTP_')
}

/** Whether Janus itself, and not the login page of a network, says that it does not know this device. */
export function isRefusal({status, code}: Partial<ApiError>): boolean {
  return status === 401 && code === 'UNAUTHORIZED'
}

/** The JSON body of a response, or its sound. Throws ApiError if it is a failure, or neither. */
export async function readAnswer(response: Response): Promise<unknown> {
  if (response.ok && response.headers?.get?.('Content-Type')?.startsWith('audio/')) return await response.blob()
  let body: unknown
  try {
    body = await response.json()
  } catch {
    body = undefined
  }
  if (!response.ok) throw failure(response, body)
  if (body === undefined) {
    const words = 'The answer did not come from Janus. Does this network require a login?'
    throw new ApiError(response.status ?? 0, 'BAD_ANSWER', words)
  }
  return body
}

function failure(response: Response, body: unknown): ApiError {
  const status = response.status ?? 0
  const retryAfter = Number(response.headers?.get?.('Retry-After') ?? Number.NaN)
  const patience = Number.isFinite(retryAfter) ? {retry_after: retryAfter} : {}
  if (!isErrorBody(body)) {
    return new ApiError(status, `HTTP_${status}`, `Janus answered with error ${status}.`, patience)
  }
  const {code, message, ...details} = body.error
  return new ApiError(status, code, message, {...details, ...patience})
}

function isErrorBody(body: unknown): body is ErrorBody {
  const error = (body as Partial<ErrorBody> | null | undefined)?.error
  return typeof error?.code === 'string' && typeof error.message === 'string'
}
