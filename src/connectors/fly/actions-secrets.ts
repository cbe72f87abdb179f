/** Secrets of an app by name: which there are, and unsetting one. Their values are neither read nor written here. */
import { z } from 'zod';
import { defineAction, type Reconciliation } from '../../core/action.ts';
import { SophiaError } from '../../core/error.ts';
import { appName } from './schema.ts';
import type { FlyWorld } from './world.ts';

const secretName = z
  .string()
  .max(200)
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'a secret is named like an environment variable')
  .describe('Name of the secret, e.g. DATABASE_URL');
const listed = z.object({
  app: z.string(),
  secrets: z.array(z.object({ name: z.string(), digest: z.string(), updated_at: z.string().nullable() })),
});
const unset = z.object({ app: z.string(), secret: z.string() });
const resolved = z.object({ digest: z.string() });

export function secretActions({ fly }: FlyWorld) {
  const find = async (app: string, secret: string, signal: AbortSignal) =>
    (await fly.listSecrets(app, signal)).find((one) => one.name === secret);
  const digestShown = (digest: string) => digest || 'none told';

  return [
    defineAction({
      name: 'fly_list_secrets',
      description:
        'Lists the names of the secrets of a Fly app, with the digest of each and when it was set; never a value.',
      effect: 'read',
      usage: 'secrets of <app>',
      example: 'secrets of acme-web',
      input: z.strictObject({ app: appName }),
      output: listed,
      async run({ input: { app } }, { signal }) {
        const secrets = await fly.listSecrets(app, signal);
        return { app, secrets: secrets.toSorted((a, b) => a.name.localeCompare(b.name)) };
      },
      show(output) {
        const { app, secrets } = listed.parse(output);
        return {
          kind: 'table',
          title: `Secrets of ${app}`,
          columns: ['Name', 'Digest', 'Set'],
          rows: secrets.map((one) => [one.name, one.digest, one.updated_at?.slice(0, 16).replace('T', ' ') ?? '—']),
          footer: 'Values cannot be read, and are set with `fly secrets set`, not through me.',
        };
      },
    }),

    defineAction({
      name: 'fly_unset_secret',
      description: 'Takes a secret away from a Fly app, by name; its value is lost.',
      effect: 'destroy',
      usage: 'unset secret <secret> of <app>',
      example: 'unset secret OLD_API_KEY of acme-web',
      input: z.strictObject({ app: appName, secret: secretName }),
      output: unset,

      async plan({ app, secret }, { signal }) {
        const secrets = await fly.listSecrets(app, signal);
        const found = secrets.find((one) => one.name === secret);
        if (!found)
          throw new SophiaError('not_found', `${app} has no secret ${secret}.`, {
            hint: secrets.length > 0 ? `It has ${secrets.map((one) => one.name).join(', ')}.` : 'It has none at all.',
          });
        return {
          target: `fly:${app}`,
          summary: `Unset the secret ${secret} of ${app}`,
          details: [
            { label: 'App', value: app },
            { label: 'Secret', value: secret },
            { label: 'Digest', value: digestShown(found.digest) },
            { label: 'Set', value: found.updated_at ?? 'at an unknown time' },
            { label: 'Takes effect', value: 'with the next deploy or restart; machines that run keep it until then' },
          ],
          undo: 'Fly keeps no copy of the value: whoever has it sets it again with `fly secrets set`.',
          preconditions: [{ name: 'digest', expected: found.digest }],
          resolved: { digest: found.digest },
        };
      },

      async run(plan, { signal }) {
        const { app, secret } = plan.input;
        const now = await find(app, secret, signal);
        if (now && now.digest !== resolved.parse(plan.resolved).digest)
          throw new SophiaError('conflict', `The secret ${secret} of ${app} was set anew meanwhile.`, {
            hint: 'Find out who needs it, then ask again.',
          });
        await fly.unsetSecret(app, secret, signal);
        return { app, secret };
      },

      async reconcile(plan, { signal }): Promise<Reconciliation> {
        const { app, secret } = plan.input;
        const { digest } = resolved.parse(plan.resolved);
        const now = await find(app, secret, signal);
        if (!now) return { state: 'done', output: { app, secret } };
        if (now.digest === digest) return { state: 'not done' };
        return {
          state: 'unknown',
          evidence: `${app} has a secret ${secret} with another digest (${digestShown(now.digest)}, set ${now.updated_at ?? 'at an unknown time'}): somebody set it anew, before or after it was unset.`,
        };
      },
    }),
  ];
}
