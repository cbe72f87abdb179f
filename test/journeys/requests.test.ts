/** What does not come from Slack, or not now, or is too much, is refused at the door and leaves no trace. */
import { Agent, request } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { alice, deploys, openStage, type Stage } from './stage.ts';

let stage: Stage;
/** A genuine command as Slack sent it; what is forged from it asks for something else. */
let genuine = '';
beforeAll(async () => {
  stage = await openStage();
  const place = await stage.driver.command(alice, deploys, '/sophia runs');
  await stage.driver.reply(place, ['Runs']);
  await stage.quiet();
  genuine = stage.slack.deliveries.find((delivery) => delivery.kind === 'command')?.body ?? '';
});
afterAll(() => stage.close());

const form = 'application/x-www-form-urlencoded';

function forged(trigger: string, extra: Record<string, string> = {}): string {
  const fields = Object.fromEntries(new URLSearchParams(genuine));
  return new URLSearchParams({
    ...fields,
    text: 'freeze by an attacker',
    trigger_id: trigger,
    ...extra,
  }).toString();
}

async function send(body: string, headers: Record<string, string>, type = form): Promise<number> {
  const answer = await fetch(`${stage.app.url}/slack/events`, {
    method: 'POST',
    // A refused upload ends its connection; the next request must not be the one to notice.
    headers: { 'content-type': type, connection: 'close', ...headers },
    body,
  });
  await answer.body?.cancel();
  return answer.status;
}

/** On a connection of its own: that of a refused large body may still be full. */
function sendAlone(body: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request(`${stage.app.url}/slack/events`, {
      method: 'POST',
      agent: false,
      headers: { 'content-type': form, 'content-length': Buffer.byteLength(body), ...headers },
    });
    asked.on('error', reject);
    asked.on('response', (answer) => {
      resolve(answer.statusCode ?? 0);
      asked.destroy();
    });
    asked.end(body);
  });
}

/** Everything the app has kept and said, and a genuine question after it, so that nothing can be still under way. */
async function nothingFollows(deed: () => Promise<void>): Promise<void> {
  const seen = () => ({
    runs: stage.rows('SELECT id FROM runs').length,
    inbox: stage.rows('SELECT id FROM inbox').length,
    freezes: stage.rows('SELECT * FROM freezes').length,
    messages: stage.slack.messages(deploys).length,
  });
  const before = seen();
  await deed();
  const place = await stage.driver.command(alice, deploys, '/sophia runs');
  await stage.driver.reply(place, ['Runs']);
  await stage.quiet();
  const after = seen();
  expect(after).toEqual({
    runs: before.runs + 1,
    inbox: before.inbox + 1,
    freezes: before.freezes,
    messages: before.messages + 1,
  });
}

const seconds = (shift: number) => Math.floor(Date.now() / 1000) + shift;

test('a request without a signature is refused', () =>
  nothingFollows(async () => {
    expect(await send(forged('t1'), {})).toBe(401);
    expect(await send(forged('t2'), { 'x-slack-request-timestamp': String(seconds(0)) })).toBe(401);
  }));

test('a signature over another body, or by another secret, is refused', () =>
  nothingFollows(async () => {
    expect(await send(forged('t3'), stage.slack.sign(genuine))).toBe(401);
    const { 'x-slack-signature': signature, ...stamp } = stage.slack.sign(forged('t4'));
    const other = signature.replace(/.$/, (digit) => (digit === '0' ? '1' : '0'));
    expect(await send(forged('t4'), { ...stamp, 'x-slack-signature': other })).toBe(401);
    expect(await send(forged('t4'), { ...stamp, 'x-slack-signature': 'v0=' })).toBe(401);
    // The number moved under a valid signature.
    expect(
      await send(forged('t4'), {
        'x-slack-request-timestamp': String(seconds(1)),
        'x-slack-signature': stage.slack.sign(forged('t4'), seconds(0))['x-slack-signature'],
      }),
    ).toBe(401);
  }));

test('a rightly signed request of six minutes ago is refused, and so is one of the future', () =>
  nothingFollows(async () => {
    for (const shift of [-360, 360, 365 * 86_400]) {
      const body = forged(`t5${shift}`);
      expect([shift, await send(body, stage.slack.sign(body, seconds(shift)))]).toEqual([shift, 401]);
    }
    const body = forged('t6');
    expect(await send(body, { ...stage.slack.sign(body), 'x-slack-request-timestamp': 'NaN' })).toBe(401);
  }));

test('a rightly signed body that is too large is refused', () =>
  nothingFollows(async () => {
    const body = forged('t7', { padding: 'x'.repeat(1_100_000) });
    expect(await sendAlone(body, stage.slack.sign(body))).toBe(413);
    expect(await sendAlone(body, {})).toBe(413);
  }));

test('whoever shares the connection of a refused large body is answered', () =>
  nothingFollows(async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const post = (body: string) =>
      new Promise<number>((resolve, reject) => {
        const asked = request(`${stage.app.url}/slack/events`, {
          method: 'POST',
          agent,
          headers: { 'content-type': form },
        });
        asked.on('error', reject);
        asked.on('response', (answer) => {
          answer.resume();
          answer.on('end', () => resolve(answer.statusCode ?? 0));
        });
        asked.end(body);
      });
    // The door may close before all of it is sent: what counts is who comes after.
    await post('x'.repeat(3_000_000)).catch(() => 413);
    expect(await post(forged('t9'))).toBe(401);
    agent.destroy();
  }));

test('a rightly signed body that is no request of Slack is refused and does not end the app', () =>
  nothingFollows(async () => {
    for (const [body, type] of [
      ['{"type":', 'application/json'],
      ['payload=%7Bnot', form],
      ['null', 'application/json'],
      ['17', 'application/json'],
      ['payload=null', form],
      ['', 'application/json'],
    ] as const) {
      const status = await send(body, stage.slack.sign(body), type);
      expect([body, status >= 400 && status < 500]).toEqual([body, true]);
    }
    expect(stage.app.state).toBe('running');
  }));

test('the same request rightly signed is carried out: the refusals above were for their signatures', async () => {
  const body = forged('t8', { text: 'runs' });
  const before = stage.rows('SELECT id FROM runs').length;
  expect(await send(body, stage.slack.sign(body))).toBe(200);
  await stage.quiet();
  expect(stage.rows('SELECT id FROM runs')).toHaveLength(before + 1);
});
