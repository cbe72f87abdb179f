/** What somebody finds on their own page: what waits for them, what runs for them, what comes by itself, and whether the parts are well. */
import type { PersonId } from './person.ts';

export type HomePage = {
  waiting: {
    id: string;
    summary: string;
    requester: PersonId;
    expiresAt: string;
    mine: boolean;
    link: string | null;
  }[];
  /** Theirs, newest first. */
  runs: { id: string; title: string; standing: string; startedAt: string; link: string | null }[];
  schedules: { id: string; template: string; said: string; zone: string; channel: string; paused: boolean }[];
  parts: PartHealth[];
};

export type PartHealth = { name: string; state: 'ok' | 'failing' | 'off'; words: string };
