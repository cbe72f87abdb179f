/** The Slack emulator: a workspace that behaves toward an app as the real Slack does, and refuses what Slack refuses. */
import type { SlackEmulator, SlackEmulatorOptions } from './types.ts';

/** The shape of `createSlackEmulator`, which lands here next. */
export type CreateSlackEmulator = (options: SlackEmulatorOptions) => Promise<SlackEmulator>;
export type * from './types.ts';
export { acmeWorkspace } from './workspace.ts';
