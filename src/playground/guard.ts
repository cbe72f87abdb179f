/** Who may talk to the playground: the page it served itself, on this machine, with this session's token. */
import { createHash, timingSafeEqual } from 'node:crypto';

export type Visit = {
  path: string;
  host: string | undefined;
  origin: string | undefined;
  /** `Sec-Fetch-Site`, which a page cannot forge. */
  site: string | undefined;
  token: string | undefined;
};

/**
 * Why this visit is turned away, or null. The Host check stops DNS rebinding (a foreign name that points here), the
 * Origin check stops foreign pages, and the token, which only our own page holds, stops everything else.
 */
export function turnedAway(visit: Visit, port: number, token: string): string | null {
  const names = [`127.0.0.1:${port}`, `localhost:${port}`];
  if (!visit.host || !names.includes(visit.host))
    return 'This host name is not mine. Open the address that npm start printed.';
  if (visit.origin !== undefined && visit.origin !== `http://${visit.host}`)
    return 'Another website may not talk to the playground.';
  if (visit.path === '/' || visit.path.startsWith('/page/')) return null;
  if (visit.site !== undefined && visit.site !== 'same-origin')
    return 'Another website may not talk to the playground.';
  if (!sameToken(visit.token, token)) return 'The session token is missing or old. Reload the page.';
  return null;
}

function sameToken(given: string | undefined, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given ?? ''), digest(expected));
}

/** Nothing but our own files runs, nobody frames us, and no text can become markup. */
export const safetyHeaders: Record<string, string> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'cache-control': 'no-store',
};
