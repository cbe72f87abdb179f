/** The commands on the server beside starting, by their first word; each returns the exit code. */
import { SophiaError } from '../core/error.ts';
import { audit } from './audit.ts';
import type { Command } from './command.ts';
import { doctor } from './doctor.ts';
import { memoryCommand } from './memory.ts';
import { policy } from './policy.ts';

const commands: Record<string, (command: Command) => Promise<number>> = {
  audit,
  doctor,
  memory: memoryCommand,
  policy,
};

export async function runCommand(name: string, command: Command): Promise<number> {
  const deed = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!deed)
    throw new SophiaError('bad_input', `I do not know “${name}”.`, {
      hint: `Known: ${Object.keys(commands).join(', ')}; without a word she starts.`,
    });
  return deed(command);
}
