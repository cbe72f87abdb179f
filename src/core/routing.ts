/** What became of the models' answers, what is learned from it, and why a model was chosen. */
import type { Json, JsonObject } from './json.ts';
import type { ModelClass } from './model.ts';
import type { PersonId } from './person.ts';
import type { ThreadId } from './thread.ts';

/** A judgement of a run's answers that comes from outside the model: a feedback button, a vote on what it proposed, the checks of what it wrote. */
export type Signal = {
  run: string;
  kind: 'thumbs' | 'approval' | 'ci';
  good: boolean;
  /** Whose word it is; their later word takes the place of their earlier one. */
  person?: PersonId;
  /** Why, in their words. */
  note?: string;
  /** Ledger key of the deed that was checked: counted once. */
  deed?: string;
};

/** A deed that a model asked for, whose checks are not through yet: `look` is the read that shows them. */
export type Awaited = { run: string; deed: string; look: string; input: JsonObject };

/** One model as it stood when a choice was made; `score` is what was compared. */
export type Candidate = {
  model: string;
  /** Expected share of good answers in this class, 0 to 1. */
  quality: number;
  usd: number;
  seconds: number;
  score: number;
  /** Why it was not in the running. */
  out?: string;
};

/** Why a model was asked, kept with its answer. */
export type Choice = {
  class: ModelClass;
  /** One sentence without its full stop. */
  reason: string;
  candidates: Candidate[];
  /** The first answer failed this check, so a stronger model was asked. */
  escalated?: string;
  /** A second model was asked because the first was slow to begin. */
  hedged?: string;
};

export type Chosen = Choice & {
  at: string;
  model: string;
  usd: number;
  milliseconds: number;
  fallbacks: { model: string; reason: string }[];
};

/** One model in one class, for the leaderboard. */
export type Standing = {
  class: ModelClass;
  model: string;
  quality: number;
  /** Graded tasks and signals behind `quality`. */
  graded: number;
  answers: number;
  /** Of this class's answers in the last days. */
  share: number;
  usd: number;
  p50Ms: number | null;
  p95Ms: number | null;
  failures: number;
  /** It would be asked now. */
  current: boolean;
  /** Why it is, or is not, asked now. */
  note: string;
};

export interface Routing {
  /** Nothing happens when no model answered in this run. */
  learn(signal: Signal): Promise<void>;
  /** Remembers whose answer led to this deed, until its checks are seen. The same deed again changes nothing. */
  expect(awaited: Awaited): Promise<void>;
  /** Those begun since and not judged yet. */
  awaited(since: string): Promise<Awaited[]>;
  /** The last answer of a thread or a run. */
  why(of: { thread: ThreadId } | { run: string }): Promise<Chosen | null>;
  /** Best first within each class. */
  standings(): Promise<Standing[]>;
  /** What people in charge should know of the models in use: those that are gone or will soon be. */
  warnings(): string[];
  /** Ids that a name stands for (`opus`, `gpt-5`, a whole id), the likeliest first. */
  named(name: string): Promise<string[]>;
  /** The model this person has chosen for all their questions. */
  preferred(person: PersonId): Promise<string | null>;
  /** Null: whichever is best. */
  prefer(person: PersonId, model: string | null): Promise<void>;
}

/** Tasks of the evaluation set that a model has not been marked on; `usd`: what they can cost at most. */
export type OpenTasks = { class: ModelClass; model: string; tasks: number; usd: number };
/** `stopped`: why it ended before all were asked. */
export type Sitting = { asked: number; good: number; usd: number; stopped: string | null };

/** Measuring models when somebody asks for it; by itself it happens anyhow, little by little. */
export interface Evaluation {
  /** Of one kind, one model, or all; at most so many tasks of each pair. */
  open(of: { kind: ModelClass | null; model: string | null; tasks: number }): Promise<OpenTasks[]>;
  /** Spends no more than `usd`. */
  sit(of: OpenTasks, signal: AbortSignal): Promise<Sitting>;
}

/** Everything learned comes from these, in the order of their numbers, so that replicas and restarts agree. */
export type ModelEvent = {
  number: number;
  at: string;
  kind: 'answer' | 'failure' | 'check' | 'deed' | Signal['kind'] | 'evaluation' | 'preference';
  class: ModelClass | null;
  model: string | null;
  run: string | null;
  thread: ThreadId | null;
  person: PersonId | null;
  /** Null where nothing was judged. */
  good: boolean | null;
  usd: number;
  /** Until the whole answer was there. */
  milliseconds: number | null;
  detail: Json;
};

export interface ModelEvents {
  /** False when an event of this key is there already. */
  append(onceKey: string, event: Omit<ModelEvent, 'number'>): Promise<boolean>;
  /** After this number, oldest first. */
  after(number: number, limit: number): Promise<ModelEvent[]>;
  /** The newest that fit, newest first. */
  latest(
    filter: { kind: ModelEvent['kind']; thread?: ThreadId; run?: string; person?: PersonId },
    limit: number,
  ): Promise<ModelEvent[]>;
  /** The number before the first event of this moment or later; 0 when there is none. */
  before(at: string): Promise<number>;
  purge(before: string): Promise<void>;
}
