/** Turns GitHub's refusals and octokit's errors into words a person can act on. */
import { type ErrorCode, SophiaError } from '../../core/error.ts';

/** The parts of octokit's RequestError that matter. */
type Refused = {
  status: number;
  message: string;
  response?: { headers?: Record<string, string | number | undefined>; data?: unknown };
};

const longestWait = 3_600_000;

export function readable(error: unknown, route: string): SophiaError {
  const cause = error instanceof Error ? error.cause : undefined;
  // octokit wraps what fetch threw in an error of its own with status 500.
  if (cause instanceof SophiaError) return cause;
  if (error instanceof SophiaError) return error;
  if (!isRefused(error)) return withoutAnswer(error);
  const { status } = error;
  const said = sentence(error);
  const make = (code: ErrorCode, message: string, hint?: string) =>
    new SophiaError(code, message, { cause: error, ...(hint ? { hint } : {}) });

  const waitMs = rateLimitMs(error);
  if (waitMs !== null)
    return new SophiaError('rate_limited', `GitHub asks us to slow down: ${said}`, {
      hint: `Try again in ${waitMs < 90_000 ? `${Math.ceil(waitMs / 1000)} seconds` : `${Math.ceil(waitMs / 60_000)} minutes`}.`,
      retryAfterMs: waitMs,
      cause: error,
    });
  if (status === 401)
    return make(
      'forbidden',
      'GitHub does not accept the credentials.',
      'Make a new token at https://github.com/settings/personal-access-tokens and set GITHUB_TOKEN, or check GITHUB_APP_ID and GITHUB_APP_PRIVATE_KEY.',
    );
  if (status === 403) return make('forbidden', `GitHub refuses: ${said}`, permissionHint(error));
  if (status === 404 || status === 410)
    return make(
      'not_found',
      `GitHub finds nothing there (${place(error, route)}), or does not show it to these credentials.`,
      'Check the spelling, and that the token or the app may see this repository.',
    );
  if (status === 405 || status === 409)
    return make(
      'conflict',
      `GitHub cannot do this now: ${said}`,
      route.includes('/pulls/')
        ? 'Look at the pull request: its head, checks or branch may have changed.'
        : 'Look at how it stands now, then ask again.',
    );
  if (status === 406)
    return make('bad_input', `GitHub does not send this: ${said}`, 'It may be too large; ask for a part of it.');
  if (status === 422) return make('bad_input', `GitHub finds fault with the request: ${said}`);
  if (status >= 500)
    return route.startsWith('GET ')
      ? make(
          'unavailable',
          `GitHub is having trouble (${status}).`,
          'See https://www.githubstatus.com, and try again shortly.',
        )
      : make(
          'timeout',
          `GitHub failed while doing it (${status}); it may or may not be done.`,
          'See https://www.githubstatus.com.',
        );
  return make('internal', `GitHub answered ${status}: ${said}`);
}

function withoutAnswer(error: unknown): SophiaError {
  const message = error instanceof Error ? error.message : String(error);
  if (/DECODER|PEM|private.?key|asn1/i.test(message))
    // The message may quote the key, so it is not repeated.
    return new SophiaError('not_configured', 'GITHUB_APP_PRIVATE_KEY cannot be read as a private key.', {
      hint: 'Paste the whole .pem file, with line breaks or with \\n between the lines.',
    });
  if (error instanceof Error && error.name === 'AbortError')
    return new SophiaError('timeout', 'GitHub did not answer in time.', { cause: error });
  return new SophiaError('internal', `GitHub could not be asked: ${message}`, { cause: error });
}

/** Milliseconds to wait, or null when this is no rate limit. */
function rateLimitMs(error: Refused): number | null {
  if (error.status !== 403 && error.status !== 429) return null;
  const after = Number(header(error, 'retry-after') ?? Number.NaN);
  if (Number.isFinite(after)) return within(after * 1000);
  if (header(error, 'x-ratelimit-remaining') === '0') {
    const reset = Number(header(error, 'x-ratelimit-reset') ?? Number.NaN);
    return within(Number.isFinite(reset) ? reset * 1000 - Date.now() : 60_000);
  }
  // GitHub advises a minute when a secondary limit names no time.
  return error.status === 429 || /secondary rate limit|abuse detection/i.test(error.message) ? 60_000 : null;
}

const within = (milliseconds: number) => Math.min(Math.max(milliseconds, 1_000), longestWait);

function permissionHint(error: Refused): string {
  const wanted = header(error, 'x-accepted-github-permissions');
  if (header(error, 'x-github-sso'))
    return 'The organisation wants single sign-on: authorise the token for it in your GitHub settings.';
  if (wanted)
    return `Give the token or the app this permission: ${wanted.replaceAll(';', ' or').replaceAll('=', ': ')}.`;
  return 'Give the token or the app the permission for this (contents, pull requests, issues, actions: write; checks: read).';
}

function header({ response }: Refused, name: string): string | undefined {
  const value = response?.headers?.[name];
  return value === undefined ? undefined : String(value);
}

/** GitHub's own message without the documentation address octokit adds. */
function sentence({ message }: Refused): string {
  return message.replace(/ - https:\/\/docs\.github\.com\S*$/, '').slice(0, 300);
}

function place({ response }: Refused, route: string): string {
  const url = (response as { url?: string } | undefined)?.url;
  return url && URL.canParse(url) ? new URL(url).pathname.replace(/^\/repos\//, '') : route;
}

function isRefused(error: unknown): error is Refused {
  return (
    error instanceof Error &&
    'status' in error &&
    typeof error.status === 'number' &&
    'response' in error &&
    error.response !== undefined
  );
}
