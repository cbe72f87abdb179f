/** What the team calls its services: which repository, what runs it in each environment, and how it gets there. */
import { parse } from 'yaml';
import { z } from 'zod';
import { SophiaError } from '../core/error.ts';

/** A deploy that a GitHub workflow does. */
const dispatch = z
  .strictObject({
    workflow: z.string().regex(/^[\w-][\w.-]*\.ya?ml$/, 'must be the file name of a workflow, e.g. deploy.yml'),
    /** Branch or tag it is started on; left out: the one that is deployed. */
    ref: z.string().min(1).optional(),
    /** `{sha}` `{short}` `{ref}` `{environment}` are filled in, `{deed}` by the connector. */
    inputs: z.record(z.string(), z.string()).default({}),
    /** How long its run may take. */
    minutes: z.int().min(1).max(360).default(60),
  })
  .refine(({ ref, inputs }) => ref === undefined || namesCommit(inputs), {
    path: ['inputs'],
    message: 'with a fixed `ref`, one input has to name the commit: {sha}, {short} or {ref}',
  });
export type Dispatch = z.infer<typeof dispatch>;

const environment = z.strictObject({
  fly_app: z.string().min(1).optional(),
  /** `{sha}` stands for the full commit, `{short}` for its first seven characters. */
  image: z
    .string()
    .regex(/\{(sha|short)\}/, 'must name the commit: {sha} or {short}')
    .optional(),
  deploy: dispatch.optional(),
});
const service = z
  .strictObject({
    repository: z.string().regex(/^[\w.-]+\/[\w.-]+$/, 'owner/name'),
    branch: z.string().min(1).default('main'),
    /** For every environment that names neither an image nor a workflow of its own. */
    deploy: dispatch.optional(),
    environments: z
      .record(z.string(), environment)
      .refine((all) => Object.keys(all).length > 0, 'at least one environment'),
  })
  .superRefine((given, context) => {
    for (const [name, one] of Object.entries(given.environments)) {
      const say = (message: string) => context.addIssue({ code: 'custom', path: ['environments', name], message });
      if (one.image && one.deploy) say('has an image and a workflow: it is deployed by one of them');
      else if (one.image && !one.fly_app) say('has an image, and no fly_app that runs it');
      else if (!one.image && !one.deploy && !given.deploy) say('needs fly_app and image, or deploy with a workflow');
    }
  });
const document = z.strictObject({ services: z.record(z.string(), service) });

export type ServiceBook = z.infer<typeof document>['services'];
type Common = { service: string; repository: string; branch: string; environment: string };
/** Deployed machine by machine, with images from a registry. */
export type FlyPlace = Common & { way: 'fly'; app: string; image: string };
/** Deployed by a workflow; `app` is looked at for health, `shared`: the workflow serves other environments as well. */
export type DispatchPlace = Common & { way: 'dispatch'; dispatch: Dispatch; app: string | undefined; shared: boolean };
export type Place = FlyPlace | DispatchPlace;

/** Whether what is deployed is told by an input, not by where the workflow was started. */
export function namesCommit(inputs: Record<string, string>): boolean {
  return Object.values(inputs).some((value) => /\{(sha|short|ref)\}/.test(value));
}

/** Its lock, and what a policy or a freeze may name. */
export const workflowTarget = (repository: string, workflow: string): string =>
  `github:${repository}/actions/${workflow}`;

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
  const common = { service: name, repository: found.repository, branch: found.branch, environment: wanted };
  if (where.image && where.fly_app) return { ...common, way: 'fly', app: where.fly_app, image: where.image };
  const dispatched = where.deploy ?? found.deploy;
  if (!dispatched) throw new SophiaError('not_configured', `Nothing says how ${name} is deployed to ${wanted}.`);
  const places = dispatches(book).filter((one) => one.target === workflowTarget(found.repository, dispatched.workflow));
  return { ...common, way: 'dispatch', dispatch: dispatched, app: where.fly_app, shared: places.length > 1 };
}

/** Every environment that a workflow deploys to, in the order of the file. */
function dispatches(book: ServiceBook) {
  return Object.entries(book).flatMap(([name, { repository, deploy, environments: all }]) =>
    Object.entries(all).flatMap(([environmentName, one]) => {
      const how = one.image ? undefined : (one.deploy ?? deploy);
      return how
        ? [{ service: name, environment: environmentName, target: workflowTarget(repository, how.workflow) }]
        : [];
    }),
  );
}

/**
 * Which environment a target is in: a machine restarted by hand in production is production too. A workflow started by hand
 * counts as the first of the environments it deploys to: its inputs could name any of them.
 */
export function environments(book: ServiceBook): (target: string) => string | undefined {
  const named = new Map<string, string>();
  for (const { environments: all } of Object.values(book))
    for (const [name, { fly_app }] of Object.entries(all)) if (fly_app) named.set(`fly:${fly_app}`, name);
  for (const { target, environment: name } of dispatches(book)) if (!named.has(target)) named.set(target, name);
  return (target) => named.get(target);
}

/** What a name stands for when a freeze is named after it: a service its Fly apps and workflows, an environment itself. */
export function scopes(book: ServiceBook): (name: string) => string[] {
  return (name) => {
    const wanted = name.toLowerCase();
    const found = new Set<string>();
    for (const [called, { environments: all }] of Object.entries(book))
      for (const [environmentName, { fly_app }] of Object.entries(all)) {
        if (called.toLowerCase() === wanted && fly_app) found.add(`fly:${fly_app}`.toLowerCase());
        if (environmentName.toLowerCase() === wanted) found.add(`environment:${wanted}`);
      }
    for (const one of dispatches(book)) if (one.service.toLowerCase() === wanted) found.add(one.target.toLowerCase());
    return [...found];
  };
}
