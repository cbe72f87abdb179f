/** A repository connected to a channel: what is pushed and said there can be asked about by those who read in it, and by nobody else. */
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { acmeWorkspace } from '../../src/emulators/slack/workspace.ts';
import { alice, bob, carol, deploys, eng, eventually, openStage, random, type Stage } from './stage.ts';

const leads = 'C0LEADS';
const nothing = /Nothing is remembered about that/;

let stage: Stage;
beforeAll(async () => {
  const members = [alice, bob, 'U0SOPHIA'];
  const secret = { id: leads, name: 'leads', members, topic: 'Not for everybody', isPrivate: true };
  stage = await openStage({
    environment: { SOPHIA_LISTEN: 'invited' },
    slack: { channels: [...acmeWorkspace.channels, secret] },
  });
});
afterAll(() => stage.close());

const backoff = (name: string) =>
  `/** Waits longer after each refusal of the payment house. */\nexport function ${name}(attempt) {\n  return 250 * 2 ** attempt;\n}\n`;

async function recalled(person: string, channel: string, question: string, expected: RegExp | string): Promise<void> {
  const place = await stage.driver.command(person, channel, `/sophia recall ${question}`);
  await stage.driver.reply(place, [expected]);
}
const texts = (like: string) => stage.rows('select text, link, channel, acl from memories where text like ?', like);
const remembered = (like: string) => eventually(`“${like}” is remembered`, () => expect(texts(like)).not.toEqual([]));
const forgotten = (like: string) => eventually(`“${like}” is forgotten`, () => expect(texts(like)).toEqual([]));

async function connect(channel: string): Promise<void> {
  const place = await stage.driver.command(alice, channel, '/sophia index acme/web');
  await stage.approve(bob, await stage.driver.card(place));
  await stage.driver.reply(place, ['Done']);
}

test('a push to a repository that nobody connected is heard and leaves nothing', async () => {
  expect(await stage.world.github.tell('push', { ref: 'refs/heads/main' })).toBe(202);
  expect(stage.rows("select id from memories where origin like 'github:%'")).toEqual([]);
});

test('connected, it is read whole, and the channel hears of it', async () => {
  await connect(deploys);
  await remembered('%slowQueryMs = 250%');
  await remembered('Pull request #12:%');
  const said = () => stage.slack.messages(deploys).map((message) => message.text);
  await eventually('the channel hears of it', () =>
    expect(said().filter((text) => /Read github:acme\/web: \d+ pieces of \d+ files/.test(text))).toHaveLength(1),
  );
  await recalled(carol, random, 'threshold of slow database queries', 'slowQueryMs');
  const place = await stage.driver.command(carol, deploys, '/sophia indexed');
  await stage.driver.reply(place, ['github:acme/web', `as of ${stage.world.github.shas.main[0]?.slice(0, 7)}`]);
});

const user = { login: 'mallory' };
const pull = {
  ...{ number: 77, title: 'Faster basket', body: 'Sums the basket in a worker thread.', state: 'open', user },
  ...{
    author_association: 'NONE',
    html_url: 'https://github.com/acme/web/pull/77',
    created_at: '2026-11-20T10:00:00Z',
  },
};

/** Cites every piece it was told that says one of these words. */
function cites(...words: string[]): void {
  stage.world.openRouter.script(({ messages }) => {
    const said = messages.map(({ content }) => (typeof content === 'string' ? content : '')).join('\n');
    const told = said
      .split('\n')
      .filter((line) => line.startsWith('{"mark"'))
      .map((line) => JSON.parse(line) as { mark: string; text: string });
    const marks = words.flatMap((word) => told.find(({ text }) => text.includes(word))?.mark ?? []);
    return { text: `We wait 250 ms, then twice as long ${marks.map((mark) => `[${mark}]`).join(' ')}.` };
  });
}

test('after a push a question about a service is answered from chat, code and a pull request, each cited where it stands', async () => {
  await stage.slack.say(carol, eng, 'the payment house refuses every tenth call of acme-web since noon');
  const sha = await stage.world.github.commitToMain('Wait between tries', 'bob', {
    'src/payment-retry.js': backoff('payWithBackoff'),
  });
  const retry = { ...pull, number: 78, title: 'Wait after refusals', html_url: 'https://github.com/acme/web/pull/78' };
  await stage.world.github.tell('pull_request', {
    action: 'opened',
    pull_request: { ...retry, body: 'acme-web gives up at the first refusal: payWithBackoff waits instead.' },
  });
  await remembered('%payWithBackoff(attempt)%');
  await remembered('Pull request #78%');
  expect(texts('%payWithBackoff(attempt)%')[0]?.link).toMatch(
    new RegExp(`/acme/web/blob/${sha}/src/payment-retry.js#L1-L4$`),
  );
  cites('every tenth call', 'payWithBackoff(attempt)', 'gives up at the first');
  const place = await stage.driver.say(alice, random, '<@U0SOPHIA> why is the payment house refusing acme-web?');
  const answer = JSON.stringify(await stage.driver.reply(place, ['(mallory, 2026-11-20)', 'An AI wrote this']));
  expect(answer).toContain(`acme/web/blob/${sha}/src/payment-retry.js#L1-L4`);
  expect(answer).toContain('https://github.com/acme/web/pull/78');
  expect(answer).toMatch(/slack\.com\/archives\/C0ENG\/p\d+/);
  const told = stage.world.openRouter.requests.map(({ body }) => JSON.stringify(body.messages)).at(-1);
  expect(told).toMatch(/Named in more than one of these: .*acme-web/);
  stage.world.openRouter.reset();
});

test('what was renamed is found under its new name, and what was deleted is gone', async () => {
  await stage.world.github.commitToMain('Move it', 'bob', {
    'src/payment-retry.js': null,
    'src/waiting.js': backoff('waitForPayment'),
  });
  await remembered('%waitForPayment%');
  await forgotten('%payWithBackoff(attempt)%');
  await stage.world.github.commitToMain('Drop it', 'bob', { 'src/waiting.js': null });
  await forgotten('%waitForPayment%');
});

test('a pull request and what is said on it come, change and go; an outsider is named as one', async () => {
  const { tell } = stage.world.github;
  await tell('pull_request', { action: 'opened', pull_request: pull });
  const said = { id: 5, body: 'The worker leaks memory on Safari.', html_url: `${pull.html_url}#issuecomment-5`, user };
  const comment = { ...said, author_association: 'NONE', created_at: '2026-11-20T11:00:00Z' };
  await tell('issue_comment', { action: 'created', issue: pull, comment });
  await tell('issue_comment', {
    action: 'created',
    issue: pull,
    comment: { ...comment, id: 51, body: 'Fine by me otherwise.' },
  });
  await recalled(carol, random, 'worker leaks memory Safari', 'Safari');
  const [row] = stage.rows("select source, tainted from memories where text like '%worker leaks%'");
  expect(row).toEqual({ source: 'github:acme/web, an outsider (mallory)', tainted: 1 });
  await tell('pull_request', { action: 'closed', pull_request: { ...pull, state: 'closed', merged: true } });
  expect(texts('Pull request #77%').map((one) => one.text)).toEqual([
    expect.stringContaining('Faster basket (merged)'),
  ]);
  await tell('issue_comment', { action: 'deleted', issue: pull, comment });
  expect(texts('%worker leaks%')).toEqual([]);
  expect(texts('%Fine by me otherwise%')).toHaveLength(1);
});

test('a forged, a changed and an unsigned request are refused and change nothing', async () => {
  const before = stage.rows('select wanted from collections');
  const body = JSON.stringify({
    ref: 'refs/heads/main',
    repository: { full_name: 'acme/web', default_branch: 'main' },
  });
  const sign = (secret: string, text: string) => `sha256=${createHmac('sha256', secret).update(text).digest('hex')}`;
  const forged = [
    sign('another-secret-of-theirs', body),
    sign('playground-webhook-secret', `${body} `),
    'sha256=',
    undefined,
  ];
  for (const signature of forged) {
    const headers = {
      'x-github-event': 'push',
      ...(signature === undefined ? {} : { 'x-hub-signature-256': signature }),
    };
    const { status } = await fetch(`${stage.url}/github/events`, { method: 'POST', headers, body });
    expect(status).toBe(401);
  }
  expect(stage.rows('select wanted from collections')).toEqual(before);
});

test('connected to a private channel as well, it is told there and not more widely for it', async () => {
  await connect(leads);
  await eventually('both hold it', () =>
    expect(
      stage.rows("select acl from memories where text like '%slowQueryMs = 250%' order by acl").map((row) => row.acl),
    ).toEqual([expect.stringMatching(/:C0LEADS$/), expect.stringMatching(/:public$/)]),
  );
  const place = await stage.driver.command(alice, deploys, '/sophia unindex acme/web');
  await stage.approve(bob, await stage.driver.card(place));
  await stage.driver.reply(place, ['Done']);
  await recalled(bob, random, 'threshold of slow database queries', nothing);
  await recalled(carol, 'D0CAROL', 'threshold of slow database queries', nothing);
  await recalled(bob, leads, 'threshold of slow database queries', 'slowQueryMs');
});

test('killed while it reads, she goes on at the next start; what changed while she was down is found then', async () => {
  const { github } = stage.world;
  const many = Object.fromEntries(
    Array.from({ length: 60 }, (_, index) => [`src/shelf-${index}.js`, `export const shelf${index} = 'wood';\n`]),
  );
  await github.commitToMain('Many shelves', 'bob', many);
  await remembered('%shelf0 = %');
  await stage.app.crash();
  await github.commitToMain('Unheard', 'bob', {
    'src/unheard.js': "export const unheard = 'while nobody listened';\n",
  });
  await stage.app.start();
  await remembered('%while nobody listened%');
  await eventually('all shelves are remembered', () =>
    expect(stage.rows("select distinct origin from memories where origin like '%shelf-%'")).toHaveLength(60),
  );
});
