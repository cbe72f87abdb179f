/** What the team calls its services: which repository, and which Fly app runs it in each environment. */
import { parse } from 'yaml';
import { z } from 'zod';
import { SophiaError } from '../core/error.ts';

const environment = z.strictObject({
  fly_app: z.string().min(1),
  /** `{sha}` stands for the full commit, `{short}` for its first seven characters. */
  image: z.string().regex(/\{(sha|short)\}/, 'must name the commit: {sha} or {short}'),
});
const service = z.strictObject({
  repository: z.string().regex(/^[\w.-]+\/[\w.-]+$/, 'owner/name'),
  branch: z.string().min(1).default('main'),
  environments: z
    .record(z.string(), environment)
    .refine((all) => Object.keys(all).length > 0, 'at least one environment'),
});
const document = z.strictObject({ services: z.record(z.string(), service) });

export type ServiceBook = z.infer<typeof document>['services'];
export type Place = {
  service: string;
  repository: string;
  branch: string;
  environment: string;
  app: string;
  image: string;
};

export function parseServices(text: string): ServiceBook {
  const parsed = document.safeParse(parse(text));
  if (!parsed.success)
    throw new SophiaError('not_configured', `The services file does not hold: ${z.prettifyError(parsed.error)}`, {
      hint: 'See docs/connectors.md, “Naming your services”.',
    });
  return parsed.data.services;
}

/** The one place meant by `web` or `web to production`, or which there are. */
export function findPlace(book: ServiceBook, name: string, environmentName: string | undefined): Place {
  const found = book[name];
  if (!found) {
    const known = Object.keys(book);
    throw new SophiaError('not_found', `I know no service called “${name}”.`, {
      hint:
        known.length > 0
          ? `I know ${known.join(', ')}.`
          : 'Name your services in a YAML file and set SOPHIA_SERVICES to it.',
    });
  }
  const names = Object.keys(found.environments);
  const wanted = environmentName ?? (names.length === 1 ? names[0] : undefined);
  const where = wanted === undefined ? undefined : found.environments[wanted];
  if (wanted === undefined || !where)
    throw new SophiaError(
      'bad_input',
      wanted === undefined ? `Where to? ${name} has several environments.` : `${name} has no environment “${wanted}”.`,
      {
        hint: `It has ${names.join(', ')}: \`deploy ${name} to ${names[0]}\`.`,
      },
    );
  const { repository, branch } = found;
  return { service: name, repository, branch, environment: wanted, app: where.fly_app, image: where.image };
}

/** Which environment a target is in: a machine restarted by hand in production is production too. */
export function environments(book: ServiceBook): (target: string) => string | undefined {
  const named = new Map<string, string>();
  for (const { environments: all } of Object.values(book))
    for (const [name, { fly_app }] of Object.entries(all)) named.set(`fly:${fly_app}`, name);
  return (target) => named.get(target);
}

/** What a name stands for when a freeze is named after it: a service its Fly apps, an environment itself. */
export function scopes(book: ServiceBook): (name: string) => string[] {
  return (name) => {
    const wanted = name.toLowerCase();
    const found = new Set<string>();
    for (const [service, { environments: all }] of Object.entries(book))
      for (const [environment, { fly_app }] of Object.entries(all)) {
        if (service.toLowerCase() === wanted) found.add(`fly:${fly_app}`.toLowerCase());
        if (environment.toLowerCase() === wanted) found.add(`environment:${wanted}`);
      }
    return [...found];
  };
}
