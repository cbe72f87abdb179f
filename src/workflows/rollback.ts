/** `rollback web to production`: every machine back to the image it ran before the one it runs now. */
import { z } from 'zod';
import { defineWorkflow } from '../core/action.ts';
import { SophiaError } from '../core/error.ts';
import { shortImage } from '../kit/image.ts';
import { type Move, move, roll, rolled, rollingSteps } from './rolling.ts';
import { statusSeen, versionsSeen } from './seen.ts';
import { findPlace, type ServiceBook } from './services.ts';

const input = z.strictObject({
  service: z.string().min(1).describe('name of the service, e.g. web'),
  environment: z.string().min(1).optional().describe('e.g. production; may be left out when the service has one'),
});

export function rollback(book: ServiceBook) {
  return defineWorkflow({
    name: 'rollback',
    description: 'puts a service back to the image it ran before',
    effect: 'write',
    usage: 'rollback <service> [to <environment>]',
    example: '/sophia rollback web to production',
    input,
    output: rolled,

    async plan(wanted, context) {
      const place = findPlace(book, wanted.service, wanted.environment);
      const status = statusSeen.parse(await context.look('fly_get_status', { app: place.app }));
      const moves: Move[] = [];
      for (const machine of status.machines) {
        const { versions } = versionsSeen.parse(
          await context.look('fly_list_versions', { app: place.app, machine: machine.id }),
        );
        const before = imageBefore([machine.image.reference, ...versions.map((version) => version.image)]);
        if (before === undefined) continue;
        moves.push({
          machine: machine.id,
          region: machine.region,
          instance_id: machine.instance_id,
          from: machine.image.reference,
          to: before,
        });
      }
      if (moves.length === 0)
        throw new SophiaError('not_found', `No machine of ${place.app} has an earlier image to go back to.`, {
          hint: `Deploy the commit you want: \`/sophia deploy ${place.service} to ${place.environment} ref <commit>\`.`,
        });
      return {
        target: `fly:${place.app}`,
        environment: place.environment,
        repository: place.repository,
        summary: `Roll ${place.service} in ${place.environment} back to ${[...new Set(moves.map((one) => shortImage(one.to)))].join(', ')}`,
        details: [
          { label: 'App', value: place.app },
          { label: 'Image now', value: [...new Set(moves.map((one) => shortImage(one.from)))].join(', ') },
          { label: 'Image next', value: [...new Set(moves.map((one) => shortImage(one.to)))].join(', ') },
          { label: 'Machines', value: moves.map((one) => `${one.region} ${one.machine}`).join(', ') },
        ],
        steps: rollingSteps(place.app, moves),
        undo: `/sophia deploy ${place.service} to ${place.environment} goes forward again.`,
        preconditions: [{ name: 'machines', expected: moves.map((one) => [one.machine, one.instance_id]) }],
        resolved: { app: place.app, moves },
      };
    },

    run(plan, context) {
      const { app, moves } = z.object({ app: z.string(), moves: z.array(move) }).parse(plan.resolved);
      return roll(context, plan.summary, app, moves);
    },
  });
}

/**
 * `images`: what a machine ran, newest first. An image that was itself taken back (the one after it was there before it)
 * is nothing to go back to.
 */
export function imageBefore(images: string[]): string | undefined {
  const ran = images.filter((image, index) => image !== '' && image !== images[index - 1]);
  return ran.find((image, index) => image !== ran[0] && !ran.slice(index + 1).includes(ran[index - 1] ?? ''));
}
