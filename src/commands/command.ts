/** What a command on the server is given. */
import type { Environment, Settings } from '../settings.ts';

export type Command = {
  settings: Settings;
  environment: Environment;
  /** What was typed after the command's own word. */
  words: string[];
  write(text: string): void;
};
