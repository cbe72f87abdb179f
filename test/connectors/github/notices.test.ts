/** What GitHub's webhooks tell: only what is signed, only the default branch, and each thing under its own name. */
import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { noticesOf } from '../../../src/connectors/github/notices.ts';

const secret = 'a-secret-of-the-webhook';
const repository = { full_name: 'Acme/Web', default_branch: 'main' };
const name = 'github:acme/web';
const { read } = noticesOf(secret);

function told(event: string, payload: object, type = 'application/json') {
  const json = JSON.stringify({ ...payload, repository });
  const body = Buffer.from(type === 'application/json' ? json : `payload=${encodeURIComponent(json)}`);
  const signature = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
  return read({ 'x-github-event': event, 'x-hub-signature-256': signature, 'content-type': type }, body);
}

const issue = {
  ...{
    number: 12,
    title: 'Slow',
    body: 'It is slow.',
    state: 'open',
    html_url: 'https://github.com/acme/web/issues/12',
  },
  ...{ user: { login: 'carol' }, author_association: 'MEMBER', created_at: '2026-03-01T10:00:00Z' },
};
const comment = {
  id: 7,
  body: 'Same here.',
  html_url: 'https://github.com/c7',
  user: null,
  created_at: '2026-03-01T11:00:00Z',
};

test('a push counts on the default branch alone, in either content type', () => {
  expect(told('push', { ref: 'refs/heads/main' })).toEqual({ notice: { collection: name, changed: true } });
  expect(told('push', { ref: 'refs/heads/main', forced: true }, 'application/x-www-form-urlencoded')).toEqual({
    notice: { collection: name, changed: true },
  });
  expect(told('push', { ref: 'refs/heads/feature' })).toEqual({ notice: null });
  expect(told('push', { ref: 'refs/tags/main' })).toEqual({ notice: null });
});

test('what is not signed with the secret is nothing, whatever it says', () => {
  const body = Buffer.from(JSON.stringify({ ref: 'refs/heads/main', repository }));
  const right = createHmac('sha256', secret).update(body).digest('hex');
  for (const signature of [
    undefined,
    '',
    'sha256=',
    right,
    `sha1=${right}`,
    `sha256=${right.slice(1)}0`,
    `sha256=${'0'.repeat(64)}`,
  ])
    expect(read({ 'x-github-event': 'push', 'x-hub-signature-256': signature }, body)).toBeNull();
});

test('an issue, a pull request, and what is said on them', () => {
  const opened = told('issues', { action: 'opened', issue })?.notice?.put?.[0];
  expect(opened).toMatchObject({
    origin: `${name}/discussion/12#`,
    speaker: 'carol',
    outsider: false,
    link: issue.html_url,
  });
  expect(opened?.text).toBe('Issue #12: Slow (open)\n\nIt is slow.');
  expect(
    told('pull_request', { action: 'closed', pull_request: { ...issue, state: 'closed', merged: true } })?.notice
      ?.put?.[0]?.text,
  ).toMatch(/^Pull request #12: Slow \(merged\)/);
  expect(told('issue_comment', { action: 'edited', issue, comment })?.notice?.put?.[0]).toMatchObject({
    origin: `${name}/discussion/12#comment-7`,
    thread: `${name}/discussion/12#`,
    outsider: true,
    text: 'On #12 (Slow): Same here.',
  });
  const pull_request = { number: 12, title: 'Slow' };
  const review = { ...comment, created_at: undefined, submitted_at: '2026-03-01T12:00:00Z' };
  expect(told('pull_request_review', { action: 'submitted', pull_request, review })?.notice?.put?.[0]).toMatchObject({
    origin: `${name}/discussion/12#review-7`,
    at: '2026-03-01T12:00:00Z',
  });
  expect(
    told('pull_request_review_comment', { action: 'created', pull_request, comment: { ...comment, path: 'src/a.ts' } })
      ?.notice?.put?.[0]?.text,
  ).toBe('On #12 (Slow, src/a.ts): Same here.');
});

test('what is deleted or emptied goes; a deleted repository ends', () => {
  expect(told('issues', { action: 'deleted', issue })?.notice).toEqual({
    collection: name,
    gone: [`${name}/discussion/12#`],
  });
  const gone = { collection: name, gone: [`${name}/discussion/12#comment-7`] };
  expect(told('issue_comment', { action: 'deleted', issue, comment })?.notice).toEqual(gone);
  expect(told('issue_comment', { action: 'edited', issue, comment: { ...comment, body: ' ' } })?.notice).toEqual(gone);
  expect(told('repository', { action: 'deleted' })?.notice).toEqual({ collection: name, ended: true });
});

test('events that do not matter, and shapes nobody knows, are genuine and nothing', () => {
  expect(told('ping', { zen: 'Keep it simple.' })).toEqual({ notice: null });
  expect(told('star', { action: 'created' })).toEqual({ notice: null });
  expect(told('issues', { action: 'opened', issue: 'what?' })).toEqual({ notice: null });
});
