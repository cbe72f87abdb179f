/** Turns what Fly answers when it refuses into an error a person can act on. */
import { SophiaError } from '../../core/error.ts';
import { retryAfterMs } from '../../kit/http.ts';

/** What was being done, for the words of an error. */
export type About = {
  /** As in “I could not …”: `update machine 3287 of acme-web`. */
  doing: string;
  app?: string;
  machine?: string;
  region?: string;
  /** What else is named, as in “there is no …”: `volume vol_12`. */
  thing?: string;
  /** A write whose answer is lost may have been done. */
  write: boolean;
};

type Answer = { status: number; headers: Headers };

/** The phrases Fly uses when a host or a region is full; only newer answers carry a status word. */
const fullPhrases = /insufficient (?:cpus|memory|ips|resources) available|no capacity/i;
const leasePhrase = /lease currently held by (\S+?),? expires at (\S+?)[.,]?$/i;

export function failure(answer: Answer, body: unknown, about: About): SophiaError {
  const { text, status } = said(body);
  const cause = { status: answer.status, body: text };
  const make = (code: SophiaError['code'], message: string, hint?: string, retryAfter?: number) =>
    new SophiaError(code, message, {
      cause,
      ...(hint === undefined ? {} : { hint }),
      ...(retryAfter === undefined ? {} : { retryAfterMs: retryAfter }),
    });
  const words = text ? ` Fly says: “${text}”.` : '';

  if (status.endsWith('capacity') || (answer.status >= 409 && answer.status !== 429 && fullPhrases.test(text)))
    return make(
      'capacity',
      `Fly has no room ${about.region ? `in ${about.region} ` : ''}to ${about.doing} right now.`,
      'Try another region, a smaller machine, or again in a few minutes.',
    );

  switch (answer.status) {
    case 400:
    case 422:
      return make('bad_input', `Fly refused to ${about.doing}.${words}`);
    case 401:
      return make(
        'forbidden',
        'Fly did not accept the token.',
        'Set FLY_API_TOKEN to a valid one (`fly tokens create org`) and restart.',
      );
    case 403:
      return make(
        'forbidden',
        `The Fly token may not ${about.doing}.${words}`,
        'Use a token whose organization and rights cover this app.',
      );
    case 404:
      return missing(make, about, text);
    case 408:
      return make('timeout', `Fly did not ${about.doing} in time.${words}`);
    case 409:
    case 412:
      return conflict(make, about, text, words);
    case 429:
      return make(
        'rate_limited',
        `Fly is asked too often to ${about.doing}.`,
        'Wait a few seconds, then try again.',
        retryAfterMs(answer),
      );
  }
  if (answer.status < 500) return make('internal', `Fly answered ${answer.status} to ${about.doing}.${words}`);
  return about.write
    ? make(
        'timeout',
        `Fly failed (${answer.status}) while I tried to ${about.doing}; it may or may not be done.${words}`,
      )
    : make('unavailable', `Fly failed (${answer.status}) when asked to ${about.doing}.${words}`, 'Try again shortly.');
}

type Make = (code: SophiaError['code'], message: string, hint?: string, retryAfter?: number) => SophiaError;

function missing(make: Make, about: About, text: string): SophiaError {
  if (about.machine && !/app/i.test(text))
    return make(
      'not_found',
      `There is no machine ${about.machine} in ${about.app}.`,
      `Say \`status ${about.app}\` to see its machines.`,
    );
  if (about.thing && !/\bapp\b/i.test(text)) return make('not_found', `There is no ${about.thing} in ${about.app}.`);
  if (about.app)
    return make(
      'not_found',
      `Fly knows no app called ${about.app}, or the token may not see it.`,
      'Check the name, and that the token belongs to its organization.',
    );
  return make('not_found', `Fly could not find what was needed to ${about.doing}.`);
}

function conflict(make: Make, about: About, text: string, words: string): SophiaError {
  const [, holder, until] = leasePhrase.exec(text) ?? [];
  if (!holder || !until)
    return make('conflict', `Something changed while I tried to ${about.doing}.${words}`, 'Look again, then ask anew.');
  return leaseHeld(about, holder, Date.parse(until));
}

/** `until` in milliseconds since 1970. */
export function leaseHeld(about: Pick<About, 'app' | 'machine'>, holder: string, until: number): SophiaError {
  const known = Number.isFinite(until);
  return new SophiaError(
    'conflict',
    `Machine ${about.machine} of ${about.app} is being changed by ${holder}${known ? ` until ${new Date(until).toISOString()}` : ''}.`,
    {
      hint: 'Wait until that is over, or release the lease with `fly machine leases clear`.',
      ...(known ? { retryAfterMs: Math.max(until - Date.now(), 0) } : {}),
    },
  );
}

const longestText = 300;

/** Fly says `{error, status}`, older parts `{message, status: "error"}`, proxies plain text. */
function said(body: unknown): { text: string; status: string } {
  if (typeof body === 'string') return { text: tidy(body), status: '' };
  if (typeof body !== 'object' || body === null) return { text: '', status: '' };
  const { error, message, status } = body as Record<string, unknown>;
  const text = typeof error === 'string' ? error : typeof message === 'string' ? message : '';
  return { text: tidy(text), status: typeof status === 'string' ? status : '' };
}

/** One line of bounded length: these words come from outside and end up in a thread. */
export function tidy(text: string, longest = longestText): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
}
