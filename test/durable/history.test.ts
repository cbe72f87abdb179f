/** Recorded histories are replayed against today's code: a run parked before an upgrade must find every step where it left it. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Message } from '../../src/core/message.ts';
import type { Run } from '../../src/core/run.ts';
import { handle, handleVersion } from '../../src/flow/handle.ts';
import { openTestHouse } from '../flow/test-house.ts';
import { type History, stories, storyHouse } from './stories.ts';

const folder = resolve(import.meta.dirname, 'histories', `v${handleVersion}`);
/** `RECORD_HISTORIES=1 npx vitest run test/durable/history.test.ts` writes them anew, after `handleVersion` has grown. */
const recording = process.env.RECORD_HISTORIES === '1';

describe.runIf(recording)('recording', () => {
  for (const [name, story] of Object.entries(stories))
    test(name, async () => {
      const house = await openTestHouse({ ...storyHouse(), watch: true });
      const { thread } = await house.say(story.text, undefined, story.kind);
      await story.play(house, thread);
      await house.answer(thread);
      const history = await house.surface.until(() => house.histories.find((one) => one.ended), 'the end of the run');
      await house.close();
      mkdirSync(folder, { recursive: true });
      const { input, steps } = history;
      writeFileSync(
        join(folder, `${name}.json`),
        `${JSON.stringify({ version: handleVersion, input, steps }, null, 1)}\n`,
      );
    });
});

describe.skipIf(recording)('replaying', () => {
  test('every story has a history of this version', () => {
    const files = existsSync(folder) ? readdirSync(folder).sort() : [];
    expect(files).toEqual(
      Object.keys(stories)
        .map((name) => `${name}.json`)
        .sort(),
    );
  });

  for (const name of Object.keys(stories))
    test(`${name}: every step is found where it was left, and nothing is done again`, async () => {
      const history = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as History;
      const left = new Map(history.steps.map((step) => [step.name, step]));
      const recall = (wanted: string) => {
        const step = left.get(wanted);
        if (!step)
          throw new Error(
            `“${wanted}” is not in the history: grow handleVersion in src/flow/handle.ts and keep the old one registered`,
          );
        left.delete(wanted);
        return structuredClone(step.value);
      };
      const run: Run = {
        id: 'replay',
        step: async <T>(wanted: string) => recall(wanted) as T,
        sleep: async (wanted) => void recall(wanted),
        wait: async (wanted) => recall(wanted) as 'woken',
      };
      const house = await openTestHouse(storyHouse());
      await handle(history.input as Message, run, house.services, { chooseClass: () => 'speed' });
      await house.close();
      expect([...left.keys()]).toEqual([]);
      expect(house.surface.posts).toEqual([]);
    });
});
