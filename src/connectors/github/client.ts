/** GitHub over octokit, the only file that knows it: credentials, one owner for each kind of failure, answers checked on arrival. */
import { App, Octokit } from 'octokit';
import { z } from 'zod';
import type { Log } from '../../core/connector.ts';
import { SophiaError } from '../../core/error.ts';
import { createFetch } from '../../kit/http.ts';
import { readable } from './errors.ts';

export type Credentials =
  | { kind: 'token'; token: string }
  | { kind: 'app'; appId: number; privateKey: string; installationId: number };

export type ClientOptions = { credentials: Credentials; apiUrl: string; log: Log; fetch?: typeof fetch };

type Parameters = Record<string, unknown>;

/** GitHub within the time of one step. */
export type Hub = {
  /** `route` is GitHub's own notation: `GET /repos/{owner}/{repo}`. */
  ask<T>(answer: z.ZodType<T>, route: string, parameters?: Parameters): Promise<T>;
  /** All pages, up to `most` items; `complete` tells whether that was all. */
  pages<T>(
    item: z.ZodType<T>,
    route: string,
    parameters?: Parameters,
    options?: { most?: number; within?: string },
  ): Promise<{ items: T[]; complete: boolean }>;
  /** An answer that is no JSON: a diff, a log. */
  text(route: string, parameters?: Parameters, accept?: string): Promise<string>;
  /** The account our deeds are listed under. */
  login(): Promise<string>;
  /** As what we are known, and what that allows. */
  identify(): Promise<{ name: string; scopes: string | null; callsLeft: number }>;
};
export type GitHub = { (signal: AbortSignal): Hub; readonly kind: Credentials['kind'] };

const perPage = 100;
const apiVersion = '2022-11-28';

export function createGitHub({ credentials, apiUrl, log, fetch: inner }: ClientOptions): GitHub {
  const defaults = {
    baseUrl: apiUrl.replace(/\/+$/, ''),
    userAgent: 'sophia',
    // Retries, deadline and breaker are kit/http's; rate limits go to the caller, who may be a person waiting for an answer.
    request: { fetch: createFetch({ name: 'GitHub', ...(inner ? { fetch: inner } : {}) }) },
    retry: { enabled: false },
    throttle: { enabled: false },
    log: {
      debug: () => {},
      info: () => {},
      warn: (sentence: string) => log.warn({ connector: 'github' }, sentence),
      error: (sentence: string) => log.error({ connector: 'github' }, sentence),
    },
  };
  const app =
    credentials.kind === 'app'
      ? new App({ appId: credentials.appId, privateKey: credentials.privateKey, Octokit: Octokit.defaults(defaults) })
      : null;
  const fixed = credentials.kind === 'token' ? new Octokit({ ...defaults, auth: credentials.token }) : null;

  async function octokit(): Promise<Pick<Octokit, 'request'>> {
    if (fixed) return fixed;
    if (app && credentials.kind === 'app') return app.getInstallationOctokit(credentials.installationId);
    throw new SophiaError('not_configured', 'GitHub has no credentials.');
  }

  function hub(signal: AbortSignal): Hub {
    async function send(route: string, parameters: Parameters = {}, as?: Pick<Octokit, 'request'>) {
      const { headers, ...rest } = parameters;
      try {
        const through = as ?? (await octokit());
        return await through.request(route, {
          ...rest,
          headers: { 'x-github-api-version': apiVersion, ...(headers as object | undefined) },
          request: { signal },
        });
      } catch (error) {
        throw readable(error, route);
      }
    }

    function checked<T>(answer: z.ZodType<T>, data: unknown, route: string): T {
      const parsed = answer.safeParse(data);
      if (parsed.success) return parsed.data;
      // Of a write it is not known what this means for what was sent: `timeout` has it looked up.
      const code = route.startsWith('GET ') ? 'unavailable' : 'timeout';
      throw new SophiaError(code, 'GitHub answered with something that cannot be read.', {
        hint: 'The answer may have been cut short; try again shortly.',
        cause: new Error(`${route}: ${z.prettifyError(parsed.error)}`),
      });
    }

    return {
      async ask(answer, route, parameters) {
        return checked(answer, (await send(route, parameters)).data, route);
      },
      async pages(item, route, parameters, { most = 1_000, within } = {}) {
        const items = [];
        const size = Math.min(perPage, most);
        const answer = within ? z.object({ [within]: z.array(item) }) : z.array(item);
        for (let page = 1; items.length < most; page++) {
          const data = (await send(route, { ...parameters, per_page: size, page })).data;
          const read = checked(answer as z.ZodType<unknown>, data, route);
          const found = (within ? (read as Record<string, unknown>)[within] : read) as z.infer<typeof item>[];
          items.push(...found);
          if (found.length < size) return { items: items.slice(0, most), complete: items.length <= most };
        }
        return { items: items.slice(0, most), complete: false };
      },
      async text(route, parameters, accept) {
        const { data } = await send(route, { ...parameters, ...(accept ? { headers: { accept } } : {}) });
        if (data instanceof ArrayBuffer) return new TextDecoder().decode(data);
        return checked(z.string(), data ?? '', route);
      },
      async login() {
        if (!app) return z.object({ login: z.string() }).parse((await send('GET /user')).data).login;
        const { slug } = z.object({ slug: z.string() }).parse((await send('GET /app', {}, app.octokit)).data);
        return `${slug}[bot]`;
      },
      async identify() {
        const whoAmI = app
          ? await send('GET /app', {}, app.octokit).then(({ data }) => ({
              name: z.object({ name: z.string() }).parse(data).name,
              scopes: null,
            }))
          : await send('GET /user').then(({ data, headers }) => ({
              name: z.object({ login: z.string() }).parse(data).login,
              scopes: headers['x-oauth-scopes'] === undefined ? null : String(headers['x-oauth-scopes']),
            }));
        const limit = await send('GET /rate_limit');
        return {
          ...whoAmI,
          callsLeft: z.object({ rate: z.object({ remaining: z.number() }) }).parse(limit.data).rate.remaining,
        };
      },
    };
  }
  return Object.assign(hub, { kind: credentials.kind });
}
