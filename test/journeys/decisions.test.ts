/** Who may decide, how often a vote counts, and what a no, a quorum and an expiry do: every click a signed request. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { JsonObject, SlackView } from '../../src/emulators/slack/index.ts';
import type { Card } from '../../src/playground/driver.ts';
import { alice, bob, carol, deploys, done, eng, openStage, random, type Stage } from './stage.ts';

const policy = `version: 1
roles: { admins: [U0ALICE, U0BOB] }
rules:
  - { name: in random everything is urgent, match: { channel: C0RANDOM, effect: write }, then: ask, expires: 2s }
  - { name: a merge needs two, match: { action: merge }, then: ask, quorum: 2 }
  - { name: production asks, match: { environment: production, effect: [write, destroy] }, then: ask }
`;

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({ policy });
});
afterAll(() => stage.close());

const since = (before: number[]) => stage.updates().map((count, index) => count - (before[index] ?? 0));
const votedRows = (card: Card) =>
  stage.rows("SELECT person FROM audit WHERE kind = 'voted' AND approval_id = ?", card.approvalId).length;
const lastClick = () => stage.slack.deliveries.findLast((delivery) => delivery.kind === 'block_actions')?.index ?? -1;

test('one without the right and the one who asked are told why in private, and nothing is voted', async () => {
  const { driver } = stage;
  const before = stage.updates();
  const { card, place } = await stage.askToDeploy(alice);
  const messages = stage.thread(place).length;
  const seen = { alice: driver.whispers(alice), carol: driver.whispers(carol), bob: driver.whispers(bob) };
  await stage.approve(carol, card);
  await stage.approve(alice, card);
  await driver.whisper(carol, ['not among the people who may decide', 'Bob'], seen.carol);
  await driver.whisper(alice, ['asked for this yourself', 'Bob'], seen.alice);

  expect(driver.whispers(bob)).toBe(seen.bob);
  expect(stage.votes(card.approvalId)).toEqual([]);
  expect(stage.stateOf(card.approvalId)).toBe('pending');
  expect(stage.hasButtons(card)).toBe(true);
  expect(stage.thread(place)).toHaveLength(messages);
  expect(since(before)).toEqual([0, 0, 0]);
  await driver.command(alice, deploys, `/sophia stop ${runOf(card)}`);
  await stage.ended(card.approvalId);
});

test('two clicks at once by one person are one vote and one execution, and the identical request again counts for nothing', async () => {
  const { driver, slack } = stage;
  const before = stage.updates();
  const { card, place } = await stage.askToDeploy(alice);
  const seen = driver.whispers(bob);
  await Promise.all([stage.approve(bob, card), stage.approve(bob, card)]);
  const click = lastClick();
  await driver.whisper(bob, [/Approved\. I am starting now/], seen);
  await driver.whisper(bob, [/already|too late/i], seen);
  expect(await slack.replay(click)).toBe(200);
  await driver.reply(place, done, { after: card.ts });
  await stage.ended(card.approvalId);
  expect(await slack.replay(click)).toBe(200);

  expect(since(before)).toEqual([1, 1, 1]);
  expect(stage.votes(card.approvalId)).toHaveLength(1);
  expect(votedRows(card)).toBe(1);
  expect(stage.count(place, /Done:/)).toBe(1);
  expect(driver.whispers(bob) - seen).toBe(2);
});

test('two approvers who click at the same moment where one is enough: one of them counts and it is done once', async () => {
  const { driver } = stage;
  const before = stage.updates();
  const { card, place } = await stage.askToDeploy(carol);
  const seen = { alice: driver.whispers(alice), bob: driver.whispers(bob) };
  await Promise.all([stage.approve(alice, card), stage.approve(bob, card)]);
  const told = await Promise.all([driver.whisper(alice, [/./], seen.alice), driver.whisper(bob, [/./], seen.bob)]);
  expect(told.filter((words) => /starting now/.test(words))).toHaveLength(1);
  expect(told.filter((words) => /too late/i.test(words))).toHaveLength(1);
  await driver.reply(place, done, { after: card.ts });
  await stage.ended(card.approvalId);
  expect(since(before)).toEqual([1, 1, 1]);
  expect(stage.votes(card.approvalId)).toHaveLength(1);
});

test('where two must approve, one person is never two: neither twice clicked nor replayed', async () => {
  const { driver, slack } = stage;
  const place = await driver.command(carol, eng, '/sophia merge #12 in acme/web');
  const card = await driver.card(place);
  const seen = driver.whispers(bob);
  await stage.approve(bob, card);
  await driver.whisper(bob, [/1 more approval is needed/], seen);
  expect(await slack.replay(lastClick())).toBe(200);
  await stage.approve(bob, card);
  await driver.whisper(bob, [/already counted/], seen);
  await driver.becomes(card, [/1 of 2/, 'Bob']);
  expect(stage.votes(card.approvalId)).toEqual([{ person: 'slack:T0ACME:U0BOB', verdict: 'approve' }]);
  expect(stage.stateOf(card.approvalId)).toBe('pending');
  expect(merges()).toBe(0);
  await driver.command(carol, eng, `/sophia stop ${runOf(card)}`);
  await stage.ended(card.approvalId);
});

test('two approvers who click at the same moment where both are needed are both counted, and it is done once', async () => {
  const { driver } = stage;
  const place = await driver.command(carol, eng, '/sophia merge #12 in acme/web');
  const card = await driver.card(place);
  await Promise.all([stage.approve(alice, card), stage.approve(bob, card)]);
  await driver.reply(place, done, { after: card.ts });
  await stage.ended(card.approvalId);
  expect(stage.votes(card.approvalId)).toHaveLength(2);
  expect(stage.stateOf(card.approvalId)).toBe('consumed');
  expect(stage.hasButtons(card)).toBe(false);
  expect(merges()).toBe(1);
});

test('a no wants its reason, tells it in the thread, and ends the question', async () => {
  const { driver, slack } = stage;
  const before = stage.updates();
  const { card, place } = await stage.askToDeploy(alice);
  await driver.click(bob, card, 'approval_deny');
  const modal = await driver.modal(bob, 'approval_deny');
  expect(await slack.submitView(bob, modal.id, { reason: '   ' })).toMatchObject({ outcome: 'errors' });
  expect(stage.stateOf(card.approvalId)).toBe('pending');

  const seen = driver.whispers(bob);
  expect(await slack.submitView(bob, modal.id, { reason: 'Not before the <!channel> sale' })).toEqual({
    outcome: 'closed',
  });
  await driver.whisper(bob, ['Denied'], seen);
  await driver.reply(place, ['Not done', 'Bob Tanaka said no', 'sale'], { after: card.ts });
  const dead = await driver.becomes(card, ['Denied', 'Bob', 'sale']);
  await stage.ended(card.approvalId);
  expect(stage.hasButtons(dead)).toBe(false);
  expect(since(before)).toEqual([0, 0, 0]);
  for (const message of stage.thread(place)) expect(message.text).not.toContain('<!channel>');
});

test('“View full plan” shows all of the plan that is stored, page by page', async () => {
  const { driver, slack } = stage;
  const { card } = await stage.askToDeploy(alice);
  await driver.click(carol, card, 'approval_plan');
  let view = await driver.modal(carol, 'approval_plan');
  let shown = preformatted(view);
  while (JSON.stringify(view.blocks).includes('approval_plan_next')) {
    const { hash } = view;
    expect(await slack.clickView(carol, view.id, { actionId: 'approval_plan_next' })).toEqual({ ok: true });
    view = await driver.until('The next page', () => {
      const now = slack.view(carol);
      return now && now.hash !== hash ? now : undefined;
    });
    shown += `\n${preformatted(view)}`;
  }
  const stored = stage.rows('SELECT plan FROM approvals WHERE id = ?', card.approvalId)[0]?.plan;
  expect(JSON.parse(shown)).toEqual(JSON.parse(String(stored)));
  expect(shown).toContain('fly_update_machine');
  await driver.command(alice, deploys, `/sophia stop ${runOf(card)}`);
  await stage.ended(card.approvalId);
});

test('a card nobody decided expires as a no, loses its buttons, and tells whoever comes late', async () => {
  const { driver, slack, app } = stage;
  const before = stage.updates();
  const { card, place } = await stage.askToDeploy(alice, random);
  // While it still lives: Bob opens the modal, and Alice's click gives the form of a genuine request.
  await stage.approve(alice, card);
  const genuine = new URLSearchParams(slack.deliveries[lastClick()]?.body ?? '').get('payload') ?? '{}';
  await driver.click(bob, card, 'approval_deny');
  const modal = await driver.modal(bob, 'approval_deny');

  await driver.reply(place, ['Not done', 'Nobody decided in time'], { after: card.ts });
  const dead = await driver.becomes(card, ['Expired']);
  await stage.ended(card.approvalId);
  expect(stage.hasButtons(dead)).toBe(false);

  const seen = driver.whispers(bob);
  await slack.submitView(bob, modal.id, { reason: 'no' });
  await driver.whisper(bob, [/too late.*expired/i], seen);
  // A client that still draws the old buttons: the same request, by Bob, from now.
  const { response_url: _, ...payload } = JSON.parse(genuine) as JsonObject;
  const body = new URLSearchParams({
    payload: JSON.stringify({
      ...payload,
      user: { ...(payload.user as JsonObject), id: bob },
      trigger_id: 'late.click',
    }),
  }).toString();
  const later = driver.whispers(bob);
  const answer = await fetch(`${app.url}/slack/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...slack.sign(body) },
    body,
  });
  expect(answer.status).toBe(200);
  await driver.whisper(bob, [/too late.*expired/i], later);
  expect(stage.stateOf(card.approvalId)).toBe('expired');
  expect(stage.votes(card.approvalId)).toEqual([]);
  expect(since(before)).toEqual([0, 0, 0]);
});

function runOf(card: Card): string {
  return String(stage.rows('SELECT run_id FROM approvals WHERE id = ?', card.approvalId)[0]?.run_id).slice(0, 8);
}

function merges(): number {
  return stage.world.github.requests.filter(
    ({ method, path, status }) => method === 'PUT' && path.endsWith('/pulls/12/merge') && status === 200,
  ).length;
}

function preformatted(view: SlackView): string {
  const texts: string[] = [];
  const walk = (value: unknown): void => {
    if (value === null || typeof value !== 'object') return;
    const node = value as { type?: unknown; elements?: { text?: unknown }[] };
    if (node.type === 'rich_text_preformatted')
      texts.push((node.elements ?? []).map((leaf) => String(leaf.text ?? '')).join(''));
    else Object.values(value).forEach(walk);
  };
  walk(view.blocks);
  return texts.join('\n');
}
