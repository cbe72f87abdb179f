import { describe, expect, test } from 'vitest';
import { SophiaError } from '../../../src/core/error.ts';
import { type DoctorPart, runDoctor } from '../../../src/surfaces/cli/doctor.ts';

const fly: DoctorPart = {
  name: 'fly',
  about: 'Deploys and rolls back apps on Fly.io.',
  state: 'on',
  problems: [],
  needs: [{ variable: 'FLY_API_TOKEN', where: 'Run `fly tokens create deploy`.' }],
  set: ['FLY_API_TOKEN'],
  check: async () => ({ state: 'ok', can: 'see 3 machines of acme-web' }),
};

async function doctor(parts: DoctorPart[], deadlineMs?: number): Promise<{ text: string; code: number }> {
  let text = '';
  const write = (more: string) => {
    text += more;
  };
  const code = await runDoctor({ parts, write, ...(deadlineMs === undefined ? {} : { deadlineMs }) });
  return { text, code };
}

describe('doctor', () => {
  test('says what a working part can do and exits with 0', async () => {
    const { text, code } = await doctor([fly]);
    expect(code).toBe(0);
    expect(text).toContain('✓ fly');
    expect(text).toContain('Set: FLY_API_TOKEN.');
    expect(text).toContain('Can: see 3 machines of acme-web');
    expect(text).toContain('1 working, 0 off, 0 with problems.');
  });

  test('says of a part that is off which variable it lacks and where to get it; that is no failure', async () => {
    const { text, code } = await doctor([{ ...fly, state: 'off', set: [] }]);
    expect(code).toBe(0);
    expect(text).toContain('– fly');
    expect(text).toContain('Not set: FLY_API_TOKEN. Run `fly tokens create deploy`.');
  });

  test('does not call an outside system that is off or misconfigured', async () => {
    let calls = 0;
    const check = async () => {
      calls++;
      return { state: 'ok', can: 'anything' } as const;
    };
    await doctor([
      { ...fly, state: 'off', set: [], check },
      { ...fly, state: 'misconfigured', problems: ['FLY_API_URL is no address.'], check },
    ]);
    expect(calls).toBe(0);
  });

  test('a required part that is off is a failure', async () => {
    const slack: DoctorPart = { ...fly, name: 'slack', state: 'off', set: [], required: true };
    const { text, code } = await doctor([slack]);
    expect(code).toBe(1);
    expect(text).toContain('Missing: FLY_API_TOKEN.');
  });

  test('a part set halfway is a failure that names the other half', async () => {
    const github: DoctorPart = {
      name: 'github',
      about: 'Reads and merges pull requests.',
      state: 'misconfigured',
      problems: ['GITHUB_APP_ID is set, but its private key is not.'],
      needs: [
        { variable: 'GITHUB_APP_ID', where: 'The app’s settings page.' },
        { variable: 'GITHUB_APP_PRIVATE_KEY', where: 'Generate one on the app’s settings page.' },
      ],
      set: ['GITHUB_APP_ID'],
    };
    const { text, code } = await doctor([github]);
    expect(code).toBe(1);
    expect(text).toContain('✗ github');
    expect(text).toContain('GITHUB_APP_ID is set, but its private key is not.');
    expect(text).toContain('Missing: GITHUB_APP_PRIVATE_KEY.');
    expect(text).not.toContain('Missing: GITHUB_APP_ID.');
  });

  test('a refused token is a failure with the next step', async () => {
    const check = async () =>
      ({ state: 'failing', problem: 'Fly.io refuses the token.', hint: 'Make a new one.' }) as const;
    const { text, code } = await doctor([{ ...fly, check }]);
    expect(code).toBe(1);
    expect(text).toContain('Fly.io refuses the token.');
    expect(text).toContain('Next: Make a new one.');
  });

  test('a check that throws is a finding, and the others are still examined', async () => {
    const check = async () => {
      throw new SophiaError('unavailable', 'Fly.io cannot be reached (ECONNREFUSED).', { hint: 'Check the network.' });
    };
    const { text, code } = await doctor([
      { ...fly, name: 'broken', check },
      { ...fly, name: 'whole' },
    ]);
    expect(code).toBe(1);
    expect(text).toContain('Fly.io cannot be reached (ECONNREFUSED).');
    expect(text).toContain('✓ whole');
  });

  test('a check that hangs ends at its deadline', async () => {
    const check = () => new Promise<never>(() => {});
    const { text, code } = await doctor([{ ...fly, check }], 20);
    expect(code).toBe(1);
    expect(text).toContain('did not answer within 0.02 seconds');
  });
});
