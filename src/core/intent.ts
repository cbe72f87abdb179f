/** What a message asks for: a deed named outright, or an answer to be worked out. */
import type { JsonObject } from './json.ts';

export type Intent =
  | { kind: 'act'; action: string; input: JsonObject; planOnly: boolean; breakGlass?: string }
  | { kind: 'ask'; question: string }
  | { kind: 'help'; topic: string | null }
  /** The words look like a command but do not parse: said back with the nearest and an example. `unknown`: no command begins so. */
  | { kind: 'unclear'; problem: string; suggestions: string[]; unknown?: true };
