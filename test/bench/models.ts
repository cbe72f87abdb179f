/** What routing adds to a model's answer: the house's Model beside a bare `openai` call, on the same emulated OpenRouter, in turn. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import OpenAI from 'openai';
import { pino } from 'pino';
import { createOpenRouterEmulator } from '../../src/emulators/openrouter/index.ts';
import { createCatalogue } from '../../src/models/catalogue.ts';
import { defaultClasses, defaultMaxPrice } from '../../src/models/classes.ts';
import { classify } from '../../src/models/classify.ts';
import { createModel } from '../../src/models/index.ts';
import { createRouting } from '../../src/models/routing.ts';
import { openStore } from '../../src/store/index.ts';

/** A quick model's answer; most take many times as long, and the share of routing in them is smaller. */
const answerMs = 400;
const text = 'which pull requests are waiting in acme/web, and why did the last deploy of billing fail?';

export async function modelFigures(samples: number): Promise<Record<string, number>> {
  const directory = await mkdtemp(join(tmpdir(), 'sophia-bench-models-'));
  const emulator = await createOpenRouterEmulator();
  const store = await openStore({ directory });
  const [log, now] = [pino({ level: 'silent' }), () => new Date()];
  const reach = { baseUrl: emulator.baseUrl, apiKey: emulator.apiKey };
  const catalogue = createCatalogue({ ...reach, file: null, log, now });
  await catalogue.sync();
  const shared = { classes: defaultClasses, maxPrice: defaultMaxPrice, now };
  const routing = createRouting({ events: store.modelEvents, catalogue, banned: [], ...shared });
  const model = createModel({ ...reach, ...shared, routing, log });
  const bare = new OpenAI({ baseURL: emulator.baseUrl, apiKey: emulator.apiKey, maxRetries: 0 });
  const timed = async (deed: () => Promise<unknown>) => {
    const begun = performance.now();
    await deed();
    return performance.now() - begun;
  };

  const [alone, routed]: number[][] = [[], []];
  for (let index = 0; index < samples + 5; index++) {
    emulator.fail('slow', { delayMs: answerMs, times: 2 });
    const messages = [{ role: 'user' as const, content: text }];
    const one = await timed(() => bare.chat.completions.create({ model: '~openai/gpt-mini-latest', messages }));
    const other = await timed(() =>
      model.answer({
        class: classify(text).class,
        system: 'You are SOPHIA.',
        messages: [{ role: 'user', text }],
        tools: [],
        maxTokens: 500,
        session: `bench ${index}`,
        run: `run ${index}`,
      }),
    );
    // The first few warm both up.
    if (index >= 5) {
      alone?.push(one);
      routed?.push(other);
    }
  }
  const turn = { class: 'tools' as const, system: '', messages: [], tools: [], maxTokens: 500, session: 'bench' };
  const picks: number[] = [];
  for (let index = 0; index < 5_000; index++) {
    const begun = performance.now();
    routing.router.way({ ...turn, class: classify(`${text} ${index}`).class, session: `pick ${index}` });
    picks.push(performance.now() - begun);
  }
  await store.close();
  await emulator.close();
  await rm(directory, { recursive: true, force: true });
  const at = (list: number[] | undefined, share: number) =>
    list?.toSorted((a, b) => a - b)[Math.floor((list?.length ?? 0) * share)] ?? Number.NaN;
  const hundredths = (value: number) => Math.round(value * 100) / 100;
  return {
    [`a bare openai call that takes ${answerMs} ms, ms (p50)`]: hundredths(at(alone, 0.5)),
    'the same through routing, ms (p50)': hundredths(at(routed, 0.5)),
    'routing adds, %': hundredths((at(routed, 0.5) / at(alone, 0.5) - 1) * 100),
    'classify and pick, ms (p50)': hundredths(at(picks, 0.5)),
    'classify and pick, ms (p99)': hundredths(at(picks, 0.99)),
  };
}
