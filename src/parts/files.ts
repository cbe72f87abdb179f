/** What the app and the commands both begin with: secrets to hide, the log, and the files that settings name. */
import { readFileSync } from 'node:fs';
import { pino } from 'pino';
import type { Log } from '../core/connector.ts';
import { SophiaError } from '../core/error.ts';
import type { Environment, Settings } from '../settings.ts';
import { parseServices } from '../workflows/index.ts';

/** Whose values never leave the house, wherever they turn up. */
const secretVariables = /(_TOKEN|_SECRET|_KEY|DATABASE_URL)$/;

export function secrets(environment: Environment): string[] {
  return Object.entries(environment).flatMap(([name, value]) => (secretVariables.test(name) && value ? [value] : []));
}

export function createLog(settings: Settings, redact: (text: string) => string): Log {
  return pino({ level: settings.LOG_LEVEL, base: null, hooks: { streamWrite: redact } });
}

export function readFileOf(variable: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new SophiaError('not_configured', `${variable} names ${path}, which cannot be read.`, {
      hint: 'Check the path, or unset it.',
      cause,
    });
  }
}

export function readFiles(settings: Settings) {
  const { SOPHIA_POLICY, SOPHIA_SERVICES } = settings;
  return {
    policy: SOPHIA_POLICY ? { read: () => readFileOf('SOPHIA_POLICY', SOPHIA_POLICY) } : null,
    services: SOPHIA_SERVICES ? parseServices(readFileOf('SOPHIA_SERVICES', SOPHIA_SERVICES)) : {},
  };
}
