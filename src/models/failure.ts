/** One model's failure, whatever its shape, as a reason a person can read and what to do about it. */

export type Failure = {
  state: 'failed';
  /** Said after the model's name: `did not answer in time`. */
  reason: string;
  hint?: string;
  /** Another model would fail the same way: a key or money is missing, or the asker has gone. */
  final: boolean;
  usd: number;
  /** Counts against the model; it is gone for good; or it says nothing of the model (the request, the account, the asker). */
  blame: 'model' | 'gone' | 'none';
};

/** Where the words come from: OpenRouter has pages to point at, another server has none that we know. */
export type Provider = { name: string; openRouter: boolean };

const longestQuote = 160;

/** `code` is an HTTP status, or the `code` inside an `error` body of a 200. */
export function describeStatus(provider: Provider, code: number | undefined, message: string, type?: string): Failure {
  const failed = (reason: string, hint?: string, final = false, blame: Failure['blame'] = 'model'): Failure => ({
    state: 'failed',
    reason,
    ...(hint ? { hint } : {}),
    final,
    usd: 0,
    blame: final ? 'none' : blame,
  });
  const request = (reason: string) => failed(reason, undefined, false, 'none');
  if (code === 401 || type === 'authentication')
    return failed(
      `was not asked: ${provider.name} did not accept the key`,
      provider.openRouter
        ? 'Set OPENROUTER_API_KEY to a valid key; keys are made at https://openrouter.ai/settings/keys'
        : `Set OPENROUTER_API_KEY to a key that ${provider.name} accepts.`,
      true,
    );
  if (code === 402 || type === 'payment_required' || type === 'insufficient_quota')
    return failed(
      `was not asked: the ${provider.name} account has no credit left`,
      provider.openRouter ? 'Add credit at https://openrouter.ai/settings/credits' : 'Add credit to the account.',
      true,
    );
  if (code === 408 || code === 504 || code === 524 || type === 'timeout') return failed('did not answer in time');
  if (code === 429 || type === 'rate_limit_exceeded') return failed('is asked too often just now (429)');
  if (code === 413 || type === 'context_length_exceeded') return request('cannot take in a text of this length');
  if (code === 403 || type === 'content_policy_violation') return request(`declined to answer: ${quote(message)}`);
  if (code === 404 || type === 'not_found')
    return failed(
      `is not on offer at ${provider.name}: ${quote(message)}`,
      'Name another model in SOPHIA_MODEL_*.',
      false,
      'gone',
    );
  if (code !== undefined && code >= 500) return failed(`is failing at its provider (${code})`);
  if (code !== undefined) return request(`refused the request (${code}): ${quote(message)}`);
  return failed(`failed: ${quote(message)}`);
}

export function failure(reason: string, options: { hint?: string; final?: boolean; usd?: number } = {}): Failure {
  const { hint, final = false, usd = 0 } = options;
  return { state: 'failed', reason, ...(hint ? { hint } : {}), final, usd, blame: final ? 'none' : 'model' };
}

/** A stranger's words, on one line and not too many of them. */
function quote(message: string): string {
  const line = message.replace(/\s+/g, ' ').trim();
  return line.length > longestQuote ? `${line.slice(0, longestQuote - 1)}…` : line || 'no reason given';
}
