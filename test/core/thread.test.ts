/** core/thread: an address survives being written down, and what is no address is refused. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatThreadId, parseThreadId } from '../../src/core/thread.ts';

const part = fc.stringMatching(/^[A-Za-z0-9._-]{1,20}$/);

test('what is written is read back', () => {
  fc.assert(
    fc.property(part, part, part, part, (surface, team, channel, root) => {
      const parts = { surface, team, channel, root };
      expect(parseThreadId(formatThreadId(parts))).toEqual(parts);
    }),
  );
});

test('it looks as people know it', () => {
  expect(formatThreadId({ surface: 'slack', team: 'T1', channel: 'C1', root: '1718.22' })).toBe('slack:T1:C1:1718.22');
});

test.each(['', 'slack', 'slack:T1:C1', 'slack:T1:C1:', ':T1:C1:1.2', 'slack::C1:1.2', 'slack:T1:C1:1.2:3', ':::'])(
  'refuses %o',
  (text) => expect(() => parseThreadId(text)).toThrow(TypeError),
);

test.each([
  { surface: 'slack', team: 'T1:C9', channel: 'C1', root: '1.2' },
  { surface: 'slack', team: '', channel: 'C1', root: '1.2' },
])('never writes an address that would be read as another (%o)', (parts) =>
  expect(() => formatThreadId(parts)).toThrow(TypeError),
);
