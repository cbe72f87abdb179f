/** All methods of the Web API the emulator knows. */
import { chat } from './chat.ts';
import { conversations } from './conversations.ts';
import type { Method } from './method.ts';
import { other } from './other.ts';
import { people } from './people.ts';
import { sessions } from './sessions.ts';
import { stream } from './stream.ts';
import { views } from './views.ts';

export const methods: ReadonlyMap<string, Method> = new Map(
  Object.entries({ ...chat, ...stream, ...conversations, ...people, ...views, ...sessions, ...other }),
);
