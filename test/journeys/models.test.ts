/** Models in trouble, as people in Slack see it: one breaks off, one is slow, one calls nonsense, money runs out, the list changes, the app restarts. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { alice, bob, eng, eventually, openStage, type Stage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({
    environment: {
      SOPHIA_MODEL_SPEED: '~openai/gpt-mini-latest,~google/gemini-flash-latest',
      SOPHIA_MODEL_TOOLS: '~anthropic/claude-sonnet-latest,~openai/gpt-latest',
      SOPHIA_MODEL_FALLBACK: '~anthropic/claude-haiku-latest',
    },
  });
});
beforeEach(async () => {
  await stage.quiet();
  stage.world.openRouter.reset();
});
afterAll(() => stage.close());

const sonnet = '~anthropic/claude-sonnet-latest';
const gpt = '~openai/gpt-latest';
const mini = '~openai/gpt-mini-latest';
const flash = '~google/gemini-flash-latest';
const haiku = '~anthropic/claude-haiku-latest';
const asked = () => stage.world.openRouter.requests.map((request) => request.body.model);
/** Every model speaks for itself. */
const named = () =>
  stage.world.openRouter.script((request) => ({
    text: `I am ${request.model}.`,
    model: String(request.model),
    cost: 0.002,
  }));
const tools = '@sophia which machines of acme-web are healthy?';

test('a model that breaks off in the middle is replaced by the next, and the answer says so', async () => {
  named();
  stage.world.openRouter.fail('mid-stream error', { model: sonnet });
  const place = await stage.driver.say(alice, eng, tools);
  await stage.driver.reply(place, [`I am ${gpt}.`, `fell back after ${sonnet}`]);
  expect(asked()).toEqual([sonnet, gpt]);
  await stage.quiet();
  expect(stage.count(place, /I am/)).toBe(1);
  expect(stage.count(place, new RegExp(`I am ${sonnet}`))).toBe(0);
});

test('a slow one is not waited for when a quick word is wanted, and only the winner is heard', async () => {
  named();
  // The loser would ask for a deed, and not much later.
  stage.world.openRouter.script((request) =>
    request.model === mini
      ? { calls: [{ name: 'merge', arguments: { number: 12, repo: 'acme/web' } }], model: mini, cost: 0.001 }
      : undefined,
  );
  stage.world.openRouter.fail('slow first token', { model: mini, delayMs: 1_500 });
  const place = await stage.driver.say(alice, eng, '@sophia hello there');
  await stage.driver.reply(place, [`I am ${flash}.`, 'had said nothing after 1000 ms']);
  await stage.quiet();
  expect(asked()).toEqual([mini, flash]);
  expect(stage.rows('SELECT id FROM approvals')).toEqual([]);
});

test('a call of a tool that is not there is not carried out: a stronger model is asked, once', async () => {
  named();
  stage.world.openRouter.script((request) =>
    request.model === sonnet
      ? { calls: [{ name: 'fly_explode', arguments: {} }], model: sonnet, cost: 0.001 }
      : undefined,
  );
  const place = await stage.driver.say(alice, eng, tools);
  await stage.driver.reply(place, [`I am ${gpt}.`, 'asked again after', 'fly_explode']);
  expect(asked()).toEqual([sonnet, gpt]);
});

test('why it came from that model is told in its thread', async () => {
  named();
  const place = await stage.driver.say(alice, eng, tools);
  await stage.driver.reply(place, ['I am ', 'An AI wrote this']);
  await stage.quiet();
  await stage.driver.say(alice, eng, '@sophia why', place);
  await stage.driver.reply(place, [`${sonnet}`, 'answered (tools)', 'configured order']);
});

test('a person may choose: for one question, and for all of theirs until they say auto', async () => {
  named();
  const once = await stage.driver.say(alice, eng, '@sophia using haiku: which machines are healthy?');
  await stage.driver.reply(once, ['I am ~anthropic/claude-haiku-latest.']);
  await stage.driver.reply(await stage.driver.command(alice, eng, '/sophia model gpt latest'), [`go to ${gpt}`]);
  await stage.driver.reply(await stage.driver.say(alice, eng, '@sophia hello again'), [`I am ${gpt}.`]);
  await stage.driver.reply(await stage.driver.command(alice, eng, '/sophia model auto'), ['best for it']);
  await stage.driver.reply(await stage.driver.say(alice, eng, '@sophia hello once more'), [`I am ${mini}.`]);
  const nobody = await stage.driver.say(alice, eng, '@sophia using hal 9000: open the doors');
  await stage.driver.reply(nobody, ['I know no model called “hal 9000”']);
});

test('a model that the provider takes away is not asked after the next look at the list', async () => {
  stage.world.openRouter.offer({ [sonnet]: { expires: '2026-01-01' } });
  await stage.app.stop();
  await stage.app.start();
  named();
  await eventually('the new list is in use', () => {
    const kept = stage.catalogue();
    expect(kept).toContain('2026-01-01');
  });
  const place = await stage.driver.say(alice, eng, tools);
  await stage.driver.reply(place, [`I am ${gpt}.`]);
  expect(asked()).toEqual([gpt]);
  const told = [`${sonnet}: the provider took it away on 2026-01-01`, 'Name others in SOPHIA_MODEL_'];
  await stage.driver.reply(await stage.driver.command(alice, eng, '/sophia models'), told);
});

test('what was learned outlives a crash: the leaderboard still has its answers', async () => {
  named();
  await stage.driver.reply(await stage.driver.say(alice, eng, '@sophia good morning'), [`I am ${mini}.`]);
  await stage.quiet();
  await stage.app.crash();
  await stage.app.start();
  await stage.driver.reply(await stage.driver.command(alice, eng, '/sophia models'), ['Models', mini, '$0.0020', '█']);
  const metrics = await (await fetch(`${stage.url}/metrics`)).text();
  expect(metrics).toContain(`sophia_model_traffic_share{class="speed",model="${mini}"}`);
});

test('what a model proposed is judged by what its health and its tests say afterwards, once, also over a restart', async () => {
  const verdicts = () =>
    stage
      .rows("SELECT model, good FROM model_events WHERE kind = 'ci' ORDER BY number")
      .map(({ model, good }) => [model, good]);
  const propose = async (name: string, input: Record<string, string | number>) => {
    named();
    stage.world.openRouter.script(({ messages }) =>
      messages.at(-1)?.role === 'tool' ? undefined : { calls: [{ name, arguments: input }], model: sonnet },
    );
    const place = await stage.driver.say(alice, eng, `@sophia please ${name} for the machines of acme-web`);
    const card = await stage.driver.card(place);
    await stage.approve(bob, card);
    await stage.ended(card.approvalId);
    stage.world.openRouter.reset();
  };
  stage.world.setUnhealthyNext(true);
  await stage.world.commitToMain('Break the front page');
  await propose('deploy', { service: 'web', environment: 'production' });
  expect(verdicts()).toEqual([[sonnet, 0]]);

  await propose('merge', { number: 12, repo: 'acme/web' });
  const [awaited] = stage.rows("SELECT detail FROM model_events WHERE kind = 'deed'");
  const merged = String(JSON.parse(String(awaited?.detail)).input.ref).slice(0, 7);
  await eventually('the merged commit is tested', () => expect(stage.world.view().note).toContain(merged));
  for (const _ of ['seen', 'and not seen twice']) {
    await stage.app.crash();
    await stage.app.start();
    await eventually('its tests are seen', () =>
      expect(verdicts()).toEqual([
        [sonnet, 0],
        [sonnet, 1],
      ]),
    );
  }
});

test('models are measured when somebody wants it: asked for first, shown as it goes, charted, and charged as it really cost', async () => {
  named();
  stage.world.openRouter.offer({
    [sonnet]: { prompt: '0.000001', completion: '0.000005' },
    [gpt]: { prompt: '0.000001', completion: '0.000005', expires: '2099-01-01' },
  });
  await stage.app.stop();
  await stage.app.start();
  await eventually('the new prices are known', () => expect(stage.catalogue()).toContain('0.000005'));
  const spent = () =>
    Number(stage.rows("SELECT sum(usd) AS usd FROM spends WHERE what = 'sophia_evaluate_models'")[0]?.usd);
  const place = await stage.driver.command(alice, eng, '/sophia models evaluate tools up to 0.05');
  const card = await stage.driver.card(place);
  expect(card.words).toContain(`tools: 20 tasks for ${sonnet}`);
  expect(asked()).toEqual([]);
  await stage.approve(bob, card);
  await stage.driver.reply(place, [/tools: .* of \d+/, 'It cost $'], { after: card.ts });
  await stage.ended(card.approvalId);
  const marks = stage.rows("SELECT model, usd FROM model_events WHERE kind = 'evaluation' AND model IS NOT NULL");
  expect(asked()).toHaveLength(marks.length);
  expect(new Set(marks.map(({ model }) => model))).toEqual(new Set([sonnet, gpt, haiku]));
  // What could have cost more than its part of the dollars was not asked.
  expect(marks.filter(({ model }) => model === sonnet).length).toBeLessThan(20);
  expect(spent()).toBeCloseTo(marks.length * 0.002, 6);

  const shown = await stage.driver.command(alice, eng, '/sophia models of tools');
  await stage.driver.reply(shown, ['Models for tools', sonnet, 'asked next']);
  const blocks = JSON.stringify(stage.thread(shown));
  expect(blocks).toContain('data_visualization');
  expect(blocks).toContain('Good answers of a hundred');
});

test('a model that could break the budget is not asked, and the asker is told which and what to do', async () => {
  const poor = await openStage({ environment: { SOPHIA_BUDGET_RUN_USD: '0.01' } });
  try {
    const place = await poor.driver.say(alice, eng, tools);
    await poor.driver.reply(place, ["this run's budget", 'SOPHIA_BUDGET_RUN_USD']);
    expect(poor.world.openRouter.requests).toEqual([]);
  } finally {
    await poor.close();
  }
});
