/** Facts drawn from untrusted text: shown to those who may read where they come from, and kept or refused by one of them. */
import { z } from 'zod';
import { type Action, defineAction, type LookContext } from '../../core/action.ts';
import { SophiaError } from '../../core/error.ts';
import type { Services } from '../../core/job.ts';
import type { MemoryRow } from '../../core/memory.ts';
import type { Button } from '../../core/reply.ts';
import { accessOf, tellable } from './memory-access.ts';

const mostShown = 8;
const memory = z.string().regex(/^[0-9a-f]{6,64}$/, 'the id of a memory as `memory held` shows it');
const shown = z.strictObject({
  rows: z.array(
    z.strictObject({ memory: z.string(), at: z.string(), from: z.string(), source: z.string(), text: z.string() }),
  ),
});

export function heldMemoryActions(services: () => Services): Action[] {
  const held = async (context: LookContext): Promise<MemoryRow[]> =>
    tellable(services(), context, await services().memory.held(await accessOf(services(), context)));

  async function one(id: string, context: LookContext): Promise<MemoryRow> {
    const [found, other] = (await held(context)).filter((row) => row.id.startsWith(id));
    if (!found || other)
      throw new SophiaError('not_found', `No memory ${id} waits for a word here.`, {
        hint: '`memory held` lists those that do.',
      });
    return found;
  }

  const show = defineAction({
    name: 'sophia_show_held_memories',
    description: 'shows what was drawn from untrusted text and is not recalled until a person lets it',
    effect: 'read',
    taints: true,
    usage: 'memory held',
    example: '/sophia memory held',
    input: z.strictObject({}),
    output: shown,
    async run(_plan, context) {
      const rows = await held(context);
      return {
        rows: rows.slice(0, mostShown).map((row) => ({
          memory: row.id.slice(0, 8),
          at: row.at.slice(0, 10),
          from: row.speaker ?? 'somebody',
          source: row.source ?? '',
          text: row.text,
        })),
      };
    },
    show(output) {
      const { rows } = shown.parse(output);
      if (rows.length === 0)
        return { kind: 'words', markdown: 'Nothing waits for a word, for the people who read here.' };
      const button = (word: 'keep' | 'refuse', id: string): Button => ({
        label: word === 'keep' ? 'Keep' : 'Refuse',
        style: word === 'keep' ? 'primary' : 'danger',
        action: `sophia_${word}_memory`,
        input: { memory: id },
      });
      return {
        kind: 'digest',
        title: 'Drawn from untrusted text, and not recalled until somebody lets it',
        sections: [
          {
            title: 'Right, and worth recalling?',
            items: rows.map((row) => ({
              text: `${row.memory} ${row.text}`,
              detail: `${row.at}, of ${row.from}, from ${row.source}`,
              button: button('keep', row.memory),
            })),
          },
          {
            title: 'Or to be forgotten for good?',
            items: rows.map((row) => ({ text: row.memory, button: button('refuse', row.memory) })),
          },
        ],
        footer: '`memory keep <memory>` and `memory refuse <memory>` do the same.',
      };
    },
  });

  const decide = (word: 'keep' | 'refuse', about: { description: string; summary: string; undo: string }) =>
    defineAction({
      name: `sophia_${word}_memory`,
      description: about.description,
      effect: 'write',
      // A person's own word: no model may give it.
      worksFrozen: true,
      usage: `memory ${word} <memory>`,
      example: `/sophia memory ${word} 1a2b3c4d`,
      input: z.strictObject({ memory }),
      output: z.strictObject({ changed: z.boolean() }),
      async plan(input, context) {
        const row = await one(input.memory, context);
        return {
          target: `memory:${row.id.slice(0, 8)}`,
          summary: `${about.summary}: ${row.text}`,
          details: [{ label: 'Drawn from', value: row.source ?? 'untrusted text' }],
          undo: about.undo,
          preconditions: [],
          resolved: { id: row.id },
        };
      },
      async run(plan, context) {
        const { id } = await one(String(plan.resolved?.id), context);
        const store = services().memory;
        if (word === 'keep') return { changed: await store.release(id) };
        const changed = (await store.forget({ ids: [id] })) > 0;
        await store.scrub();
        return { changed };
      },
      reconcile: async () => ({ state: 'not done' }),
    });

  return [
    show,
    decide('keep', {
      description: 'has a memory recalled that was drawn from untrusted text',
      summary: 'Have it recalled from now on',
      undo: '`forget thread` where it was said.',
    }),
    decide('refuse', {
      description: 'forgets a memory that was drawn from untrusted text, for good',
      summary: 'Forget it, and never draw it again',
      undo: 'It cannot be brought back.',
    }),
  ];
}
