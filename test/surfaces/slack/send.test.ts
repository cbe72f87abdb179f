/** What goes out: once per send id whatever breaks, updates in order, and one slow channel stalls no other. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Reply } from '../../../src/core/reply.ts';
import { limited } from '../../../src/surfaces/slack/limiter.ts';
import { createUpdate } from '../../../src/surfaces/slack/updates.ts';
import type { Answer, Call } from '../../../src/surfaces/slack/web.ts';
import { type House, openHouse } from './house.ts';
import { sampleApproval } from './samples.ts';

const words = (markdown: string): Reply => ({ kind: 'words', markdown });
const tick = () => new Promise((resolve) => setImmediate(resolve));

describe('in the workspace', () => {
  let house: House;
  let root: string;
  let thread: string;
  beforeEach(async () => {
    house = await openHouse();
    root = (await house.slack.say('U0ALICE', 'C0ENG', 'hello')).ts;
    thread = `slack:T0ACME:C0ENG:${root}`;
  });
  afterEach(() => house.close());
  const replies = () => house.slack.thread('C0ENG', root).slice(1);
  const posts = () => house.slack.calls.filter((call) => call.method === 'chat.postMessage');

  test('a post bears its send id and shows no previews', async () => {
    const reference = await house.sophia.surface.post(thread, words('Hello **you**'), 'run-1/answer');
    expect(reference).toEqual({ thread, id: replies()[0]?.ts });
    expect(replies()[0]).toMatchObject({
      text: 'Hello you',
      metadata: { event_type: 'sophia_send', event_payload: { send_id: 'run-1/answer', kind: 'words' } },
    });
    expect(posts()[0]?.args).toMatchObject({ unfurl_links: 'false', unfurl_media: 'false' });
  });

  test('the same send id posts once, however often and however much at once', async () => {
    const send = () => house.sophia.surface.post(thread, words('once'), 'run-1/a');
    const references = await Promise.all([send(), send(), send()]);
    expect(new Set([...references, await send()].map((each) => each.id)).size).toBe(1);
    expect(replies()).toHaveLength(1);
  });

  test('a post whose answer was lost is found, not sent again', async () => {
    house.slack.faults.dropAnswerNext('chat.postMessage');
    const reference = await house.sophia.surface.post(thread, words('once'), 'run-1/a');
    expect(replies()).toHaveLength(1);
    expect(reference.id).toBe(replies()[0]?.ts);
    expect(posts()).toHaveLength(1);
  });

  test('a post that failed inside Slack and did nothing is sent again', async () => {
    house.slack.faults.failNext('chat.postMessage', 'internal_error');
    house.slack.faults.failNext('chat.postMessage', 503);
    await house.sophia.surface.post(thread, words('once'), 'run-1/a');
    expect(replies()).toHaveLength(1);
    expect(posts()).toHaveLength(3);
  });

  test('a process that died after posting is followed by one that looks first', async () => {
    await house.sophia.surface.post(thread, words('once'), 'run-1/a');
    house.sends.rows.set('run-1/a', null);
    const reference = await house.sophia.surface.post(thread, words('once'), 'run-1/a');
    expect(reference.id).toBe(replies()[0]?.ts);
    expect(replies()).toHaveLength(1);
    house.sends.rows.set('run-1/never-sent', null);
    await house.sophia.surface.post(thread, words('twice'), 'run-1/never-sent');
    expect(replies()).toHaveLength(2);
  });

  test('when nobody can look, nothing is sent blindly', async () => {
    house.sends.rows.set('run-1/a', null);
    house.slack.faults.failNext('conversations.replies', 'internal_error', 3);
    await expect(house.sophia.surface.post(thread, words('once'), 'run-1/a')).rejects.toMatchObject({
      code: 'timeout',
    });
    expect(posts()).toHaveLength(0);
  });

  test('a long answer becomes several messages, each once', async () => {
    const paragraphs = Array.from({ length: 60 }, (_, index) => `Paragraph ${index}: ${'word '.repeat(90)}`);
    house.slack.faults.dropAnswerNext('chat.postMessage', 2);
    await house.sophia.surface.post(thread, words(paragraphs.join('\n\n')), 'run-1/long');
    await house.sophia.surface.post(thread, words(paragraphs.join('\n\n')), 'run-1/long');
    const said = JSON.stringify(replies().map((message) => message.blocks));
    expect(replies().length).toBeGreaterThan(2);
    for (let index = 0; index < 60; index++) expect(said.split(`Paragraph ${index}:`)).toHaveLength(2);
  });

  describe('an answer beyond all measure', () => {
    const huge = Array.from({ length: 3000 }, (_, index) => `word${index} and some more of it`).join('\n\n');
    const files = () => replies().flatMap((message) => message.files ?? []);
    const uploaded = () => house.slack.calls.filter((call) => call.method === 'files.completeUploadExternal');
    const post = () => house.sophia.surface.post(thread, words(huge), 'run-1/huge');

    test('begins in messages and goes on, whole, in a file', async () => {
      await post();
      expect(replies()).toHaveLength(3);
      expect(JSON.stringify(replies()[1]?.blocks)).toMatch(/The whole \([\d,]+ characters\) follows below/);
      expect(files()).toMatchObject([{ name: expect.stringMatching(/^answer-[0-9a-f]{8}\.md$/), title: 'answer.md' }]);
      expect(house.slack.file(String(files()[0]?.id))?.content.toString()).toBe(huge);
    });

    test('of millions of characters is not drawn to its end', async () => {
      const begin = performance.now();
      const endless = '**word** and `code` in a row\n\n'.repeat(100_000);
      await house.sophia.surface.post(thread, words(endless), 'run-1/endless');
      expect(replies()).toHaveLength(3);
      expect(house.slack.file(String(files()[0]?.id))?.content.toString()).toBe(endless);
      expect(performance.now() - begin).toBeLessThan(15_000);
    });

    test('has its file once, however often it is posted and whatever answer is lost', async () => {
      house.slack.faults.dropAnswerNext('files.completeUploadExternal');
      await post();
      await post();
      expect(files()).toHaveLength(1);
      expect(uploaded()).toHaveLength(1);
    });

    test('a process that died after the file looks before it posts another', async () => {
      await post();
      house.sends.rows.set('run-1/huge/file', null);
      await post();
      expect(files()).toHaveLength(1);
    });

    test('where no file goes through, it goes on in messages', async () => {
      house.slack.faults.failNext('files.getUploadURLExternal', 'missing_scope');
      await post();
      expect(files()).toEqual([]);
      const said = JSON.stringify(replies().map((message) => message.blocks));
      for (let index = 0; index < 3000; index++) expect(said).toContain(`word${index} and`);
    });

    test('an update shows its beginning, and the file stands below once', async () => {
      const reference = await house.sophia.surface.post(thread, words('first'), 'run-1/a');
      await house.sophia.surface.update(reference, words(huge));
      await house.sophia.surface.update(reference, words(huge));
      expect(replies()[0]?.text).toContain('word0');
      expect(files()).toHaveLength(1);
    });

    test('a whisper begins in the channel for one person, and the file goes to their direct messages', async () => {
      await house.sophia.surface.whisper(thread, 'slack:T0ACME:U0ALICE', words(huge));
      expect(replies()).toEqual([]);
      expect(house.slack.ephemerals('U0ALICE').length).toBeGreaterThan(0);
      const direct = house.slack.snapshot().channels.find((one) => one.user === 'U0ALICE');
      expect(direct?.messages.flatMap((message) => message.files ?? [])).toHaveLength(1);
    });
  });

  test('a pause Slack asks for is kept, and the post arrives', async () => {
    house.slack.faults.rateLimitNext('chat.postMessage', 2, 3);
    await house.sophia.surface.post(thread, words('patience'), 'run-1/a');
    expect(replies()).toHaveLength(1);
  });

  test('a pause for one channel’s updates holds nothing else up, in the client either', async () => {
    let release = () => {};
    const pause = () => new Promise<void>((resolve) => (release = resolve));
    const other = await openHouse({ surface: { apiUrl: house.slack.apiUrl, pause }, start: false });
    const card = await other.sophia.surface.post(thread, words('one'), 'a');
    house.slack.faults.rateLimitNext('chat.update', 30);
    const update = other.sophia.surface.update(card, words('two'));
    const { ts } = await house.slack.say('U0ALICE', 'C0DEPLOYS', 'hello');
    await vi.waitFor(() => expect(house.slack.calls.some((call) => call.method === 'chat.update')).toBe(true));
    await other.sophia.surface.post(`slack:T0ACME:C0DEPLOYS:${ts}`, words('meanwhile'), 'b');
    expect(house.slack.thread('C0DEPLOYS', ts).at(-1)?.text).toBe('meanwhile');
    expect(replies()[0]?.text).toBe('one');
    await vi.waitFor(() => {
      release();
      expect(replies()[0]?.text).toBe('two');
    });
    await update;
    await other.close();
  });

  test('a card is updated in place and keeps its mark', async () => {
    const approval = sampleApproval({ thread });
    const reference = await house.sophia.surface.post(thread, { kind: 'card', approval }, 'card');
    await house.sophia.surface.update(reference, { kind: 'card', approval: { ...approval, state: 'expired' } });
    const [card] = replies();
    expect(card?.blocks?.some((block) => block.type === 'actions')).toBe(false);
    expect(card?.metadata?.event_payload).toEqual({ send_id: 'card', kind: 'card' });
  });

  test('an update whose answer was lost is made again: it does no harm', async () => {
    const reference = await house.sophia.surface.post(thread, words('one'), 'a');
    house.slack.faults.dropAnswerNext('chat.update');
    await house.sophia.surface.update(reference, words('two'));
    expect(replies()[0]?.text).toBe('two');
  });

  test('secrets do not leave, not even in half', async () => {
    const secret = 'sk-live-SECRET';
    const detail = { label: 'Env', value: `${'x'.repeat(270)}${secret}${'y'.repeat(60)}` };
    const approval = sampleApproval(
      { thread, modelNote: `use ${secret}` },
      { details: [detail], input: { key: secret } },
    );
    await house.sophia.surface.post(thread, { kind: 'card', approval }, 'card');
    await house.sophia.surface.post(thread, words(`the key is \`${secret}\``), 'words');
    await house.sophia.surface.whisper(thread, 'slack:T0ACME:U0ALICE', words(secret));
    const out = JSON.stringify(house.slack.calls.map((call) => call.args));
    expect(out).toContain('[redacted]');
    expect(out).not.toContain(secret);
    expect(out).not.toContain('sk-live');
  });
});

describe('the limiter', () => {
  const ok: Answer = { ok: true, data: {} };
  const now = () => new Date(0);
  const slow: Answer = { ok: false, failure: { kind: 'rate limited', retryAfterMs: 5000 } };

  /** Refuses the first call that fits; time passes only by pausing. */
  function paced(refuse: (method: string, channel: unknown) => boolean) {
    const done: string[] = [];
    let refused = false;
    let time = 0;
    const waits: { milliseconds: number; over: () => void }[] = [];
    const call: Call = async (method, args) => {
      if (!refused && refuse(method, args.channel)) {
        refused = true;
        return slow;
      }
      done.push(`${method} ${args.channel}`);
      return ok;
    };
    const pause = (milliseconds: number) =>
      new Promise<void>((resolve) => {
        waits.push({
          milliseconds,
          over: () => {
            time += milliseconds;
            resolve();
          },
        });
      });
    return { done, waits, patient: limited(call, { pause, now: () => new Date(time) }) };
  }

  test('a pause for posts to one channel leaves other channels and other methods untouched', async () => {
    const { done, waits, patient } = paced((method, channel) => method === 'chat.postMessage' && channel === 'C1');
    const first = patient('chat.postMessage', { channel: 'C1' });
    const second = patient('chat.postMessage', { channel: 'C1' });
    await patient('chat.postMessage', { channel: 'C2' });
    await patient('chat.update', { channel: 'C1' });
    expect(done).toEqual(['chat.postMessage C2', 'chat.update C1']);
    expect(waits.map(({ milliseconds }) => milliseconds)).toEqual([5000]);
    waits[0]?.over();
    await Promise.all([first, second]);
    expect(done.slice(2)).toEqual(['chat.postMessage C1', 'chat.postMessage C1']);
  });

  test('what Slack counts by method rests in every channel, instead of being asked in vain', async () => {
    const { done, waits, patient } = paced((method) => method === 'chat.update');
    const first = patient('chat.update', { channel: 'C1' });
    await patient('chat.postMessage', { channel: 'C1' });
    const other = patient('chat.update', { channel: 'C2' });
    await tick();
    expect(done).toEqual(['chat.postMessage C1']);
    for (const wait of waits) wait.over();
    await Promise.all([first, other]);
    expect(done.slice(1).sort()).toEqual(['chat.update C1', 'chat.update C2']);
  });

  test('a queue does not grow without end, and a wait does not last without end', async () => {
    const patient = limited(async () => slow, { pause: () => new Promise(() => {}), now, longestQueue: 2 });
    void patient('m', { channel: 'C' });
    void patient('m', { channel: 'C' });
    expect(await patient('m', { channel: 'C' })).toMatchObject({ ok: false, failure: { kind: 'rate limited' } });
    const brief = limited(async () => slow, { pause: async () => undefined, now, longestWaitMs: 12_000 });
    expect(await brief('m', {})).toMatchObject({ ok: false, failure: { kind: 'rate limited' } });
  });
});

describe('updates', () => {
  test('at most one is under way for a message, and the newest wins', async () => {
    const started: unknown[] = [];
    const releases: (() => void)[] = [];
    const call: Call = async (_, args) => {
      started.push(args.text);
      await new Promise<void>((resolve) => releases.push(resolve));
      return { ok: true, data: {} };
    };
    const update = createUpdate(call, async () => undefined);
    const message = { thread: 'slack:T1:C1:1.1', id: '2.2' };
    const all = ['one', 'two', 'three', 'four'].map((text) => update(message, { text, blocks: [] }));
    const other = update({ ...message, id: '3.3' }, { text: 'other', blocks: [] });
    await tick();
    expect(started).toEqual(['one', 'other']);
    releases.shift()?.();
    await tick();
    expect(started).toEqual(['one', 'other', 'four']);
    for (const release of releases) release();
    await Promise.all([...all, other]);
    const later = update(message, { text: 'five', blocks: [] });
    await tick();
    expect(started.at(-1)).toBe('five');
    releases.at(-1)?.();
    await later;
  });

  test('an update that fails does not keep the next from being made', async () => {
    let first = true;
    const call: Call = async () => {
      const failing = first;
      first = false;
      return failing ? { ok: false, failure: { kind: 'refused', error: 'message_not_found' } } : { ok: true, data: {} };
    };
    const update = createUpdate(call, async () => undefined);
    const message = { thread: 'slack:T1:C1:1.1', id: '2.2' };
    const [lost, made] = [update(message, { text: 'a', blocks: [] }), update(message, { text: 'b', blocks: [] })];
    await expect(lost).rejects.toMatchObject({ code: 'not_found' });
    await made;
  });
});
