/** What can be held about the page without a browser: no way for text to become markup, and advice that fits the moment. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const folder = new URL('../../src/playground/page/', import.meta.url);
const scripts = readdirSync(folder).filter((name) => name.endsWith('.js'));
const guide = await import(new URL('advice.js', folder).href);

test('no script of the page can turn text into markup or code', () => {
  expect(scripts.length).toBeGreaterThan(10);
  const dangerous =
    /innerHTML|outerHTML|insertAdjacentHTML|document\.write|srcdoc|\beval\(|new Function|DOMParser|createContextualFragment/;
  expect(scripts.filter((name) => dangerous.test(readFileSync(new URL(name, folder), 'utf8')))).toEqual([]);
});

test('the page itself holds no inline script, style or handler', () => {
  const html = readFileSync(new URL('index.html', folder), 'utf8');
  expect(html).not.toMatch(/<style|style=|\son\w+=|<script(?![^>]*\ssrc=)/);
});

test('every script opens with one plain line that says what it is for', () => {
  const silent = scripts.filter((name) => !/^\/\*\* \S.{10,}/.test(readFileSync(new URL(name, folder), 'utf8')));
  expect(silent).toEqual([]);
});

const people = [
  { id: 'U0ALICE', realName: 'Alice Moreno' },
  { id: 'U0BOB', realName: 'Bob Tanaka' },
];
const moment = (changes: object) => ({
  slack: { people, channels: [{ messages: [{}] }] },
  app: { state: 'running' },
  me: 'U0ALICE',
  approvers: ['U0ALICE', 'U0BOB'],
  records: { run: null, approvals: [] },
  world: { unhealthyNext: false, troubles: [] },
  time: { now: 0, ahead: 0, underway: false },
  ...changes,
});
const pending = {
  run: null,
  approvals: [{ state: 'pending', requester: 'slack:T0ACME:U0ALICE', thread: 'slack:T0ACME:C0ENG:1.2' }],
};
const look = { written: '', place: 'C0ENG', thread: '1.2', pane: 'chat', narrow: false };

test('the guide sends the one who asked to the one who may approve', () => {
  const said = guide.advice(moment({ records: pending }), look);
  expect(said).toMatchObject({ words: expect.stringContaining('your own yes does not count') });
  expect(said).toMatchObject({ deed: { kind: 'become', person: 'U0BOB' } });
  expect(guide.advice(moment({ records: pending, me: 'U0BOB' }), look).words).toMatch(/You are Bob, an approver/);
});

test('the guide opens the thread where it is not to be seen', () => {
  const bob = moment({ records: pending, me: 'U0BOB' });
  const open = { kind: 'open', channel: 'C0ENG', thread: '1.2' };
  expect(guide.advice(bob, look)).not.toHaveProperty('deed');
  expect(guide.advice(bob, { ...look, thread: null })).toMatchObject({ deed: open });
  expect(guide.advice(bob, { ...look, narrow: true })).toMatchObject({ deed: open });
  expect(guide.advice(bob, { ...look, narrow: true, pane: 'thread' })).not.toHaveProperty('deed');
});

test('the guide says how to send what is written', () => {
  expect(guide.advice(moment({}), { ...look, written: '/sophia deploy web' }).words).toMatch(/Press Enter/);
});

const said = (user: string, text: string, ts: string, more: object = {}) => ({ user, text, ts, replies: [], ...more });
const talk = (messages: object[], ephemerals: object[] = []) =>
  moment({
    slack: {
      people,
      bot: { userId: 'U0SOPHIA' },
      channels: [{ id: 'C0ENG', name: 'eng', kind: 'channel', messages }],
      ephemerals: { U0ALICE: ephemerals },
    },
  });
const inEng = { ...look, place: 'C0ENG', thread: null };

test('the guide tells who talks past Sophia how to be heard, and no longer once they are', () => {
  const hi = said('U0ALICE', 'hi', '2.0');
  const named = { kind: 'use', text: '@sophia hi', channel: 'eng' };
  expect(guide.advice(talk([said('U0SOPHIA', 'Done', '1.0'), hi]), inEng)).toMatchObject({ deed: named });
  for (const heard of [
    talk([said('U0ALICE', '<@U0SOPHIA> hi', '2.0')]),
    talk([hi, said('U0SOPHIA', 'Done', '3.0')]),
    talk([said('U0ALICE', 'hi', '2.0', { replies: [said('U0SOPHIA', 'Hello', '2.5')] })]),
    talk([said('U0BOB', 'hi', '2.0')]),
  ])
    expect(guide.advice(heard, inEng).words).not.toMatch(/heard/);
  const ours = (user: string) => [said(user, 'a plan', '1.0', { replies: [said('U0ALICE', 'approve', '2.0')] })];
  const inThread = { ...inEng, thread: '1.0' };
  expect(guide.advice(talk(ours('U0BOB')), inThread)).toMatchObject({
    deed: { kind: 'reply', text: '@sophia approve' },
  });
  expect(guide.advice(talk(ours('U0SOPHIA')), inThread).words).not.toMatch(/waits to be named/);
});

test('the guide tells who types a command Slack does not know how Sophia’s begin', () => {
  const told = { user: 'USLACKBOT', channel: 'C0ENG', ts: '3.0', text: '/deploy is not a valid command. In Slack, …' };
  expect(guide.advice(talk([], [told]), inEng)).toMatchObject({ deed: { kind: 'use', text: '/sophia deploy ' } });
});

test('the guide says how to bring a dead app back before anything else', () => {
  const dead = moment({ records: pending, app: { state: 'crashed' } });
  expect(guide.advice(dead, { ...look, written: 'hello' })).toMatchObject({ deed: { kind: 'start' } });
});
