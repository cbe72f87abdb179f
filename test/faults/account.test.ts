/** The accounting behind `npm run chaos` finds what it is there to find. */
import { expect, test } from 'vitest';
import { account, type Deed, type Effect, type Report } from './account.ts';

const deed = (over: Partial<Deed> = {}): Deed => ({
  key: 'run-1/1',
  run: 'run-1',
  action: 'sophia_schedule_digest',
  state: 'done',
  place: null,
  ...over,
});
const update = deed({ key: 'run-1/1.1', action: 'fly_update_machine', place: 'm1' });
const effect = (over: Partial<Effect> = {}): Effect => ({ deed: 'run-1/1', place: null, what: 'a schedule', ...over });
const updated = effect({ deed: 'run-1/1.1', place: 'm1', what: 'an update' });
const report = (...outcomes: Report['outcomes']): Report => ({ run: 'run-1', title: 'a command', outcomes });

test('each done deed that happened once and was reported is in order', () => {
  expect(account([deed(), update], [effect(), updated], [report('done')])).toEqual([]);
});

test.each([
  ['a done deed that did not happen', [deed()], [], [report('done')], 'did not happen'],
  ['one that happened twice', [deed()], [effect(), effect()], [report('done')], 'happened 2 times'],
  [
    'one at another machine',
    [deed(), update],
    [effect(), { ...updated, place: 'm2' }],
    [report('done')],
    'happened at m2',
  ],
  ['what no record knows', [deed()], [effect(), effect({ deed: 'run-9/1' })], [report('done')], 'no record knows'],
  [
    'a failed update that happened all the same',
    [deed({ state: 'failed' }), { ...update, state: 'failed' }],
    [updated],
    [report('failed')],
    'happened all the same',
  ],
  ['a failed deed that was not said', [deed({ state: 'failed' })], [], [report('done')], 'was not reported'],
  [
    'an unknown one that was called done',
    [deed({ state: 'unknown' })],
    [effect()],
    [report('done')],
    'was reported done',
  ],
  ['a command without a word', [deed()], [effect()], [report()], 'ended without a word'],
  ['a command told twice', [deed()], [effect()], [report('done', 'done')], 'was reported 2 times'],
] satisfies [string, Deed[], Effect[], Report[], string][])('%s is found', (_what, deeds, effects, reports, said) => {
  expect(account(deeds, effects, reports).join('\n')).toContain(said);
});

test('totals that agree hide nothing: one deed doubled and another missing are two problems', () => {
  const other = deed({ key: 'run-2/1', run: 'run-2' });
  const problems = account(
    [deed(), other],
    [effect(), effect()],
    [report('done'), { ...report('done'), run: 'run-2' }],
  );
  expect(problems).toHaveLength(2);
});

test('a failed deed that cannot be looked up may have happened once, and is reported', () => {
  expect(account([deed({ state: 'failed' })], [effect()], [report('failed')])).toEqual([]);
});
