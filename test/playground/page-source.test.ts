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
const look = { written: '', thread: '1.2', pane: 'chat', narrow: false };

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

test('the guide says how to bring a dead app back before anything else', () => {
  const dead = moment({ records: pending, app: { state: 'crashed' } });
  expect(guide.advice(dead, { ...look, written: 'hello' })).toMatchObject({ deed: { kind: 'start' } });
});
