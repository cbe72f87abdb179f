/** The one error class of the house: the thread gets message and hint, the log gets the cause. */
import { z } from 'zod';

export type ErrorCode =
  | 'bad_input' // what was asked is malformed
  | 'not_found' // the thing named does not exist
  | 'forbidden' // the credentials or the person lack the right
  | 'conflict' // somebody else changed or holds it (head moved, lease held)
  | 'rate_limited' // asked too often; `retryAfterMs` may be set
  | 'capacity' // the outside system has no room
  | 'unavailable' // the outside system is down or refuses connections: nothing was done
  | 'timeout' // no answer in time: it is not known whether it was done
  | 'not_configured' // a connector or a setting is missing
  | 'over_budget'
  | 'internal';

export class SophiaError extends Error {
  readonly code: ErrorCode;
  /** What the person can do next, one sentence. */
  readonly hint: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: { hint?: string; cause?: unknown; retryAfterMs?: number } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'SophiaError';
    this.code = code;
    this.hint = options.hint;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** Wraps whatever was thrown; a `SophiaError` passes through untouched. */
export function toSophiaError(error: unknown): SophiaError {
  if (error instanceof SophiaError) return error;
  if (error instanceof z.ZodError)
    return new SophiaError('internal', `Something came in a shape I do not know: ${z.prettifyError(error)}`, {
      hint: 'This is a fault of mine or a change on the other side; the log has the details.',
      cause: error,
    });
  const message = error instanceof Error ? error.message : String(error);
  return new SophiaError('internal', message, { cause: error });
}
