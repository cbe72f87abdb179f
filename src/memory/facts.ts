/** Draws facts from talks that have gone quiet: one talk at a time, judged, and kept with where they come from. */
import type { Budgets, Caps } from '../core/budget.ts';
import type { Log } from '../core/connector.ts';
import type { Due, Extractor, QuietTalk, Talks, Tally } from '../core/facts.ts';
import { hashJson } from '../core/hash.ts';
import type { MemoryRow, NewMemory } from '../core/memory.ts';
import type { MemoryRows, StoredMemory } from '../core/memory-rows.ts';
import type { RecallIndex } from '../core/recall-index.ts';
import { narrowestToken } from './narrowest.ts';
import { type Keep, prepare } from './prepare.ts';
import { queryWords, wordsVersion } from './words.ts';
import { rejectionOf } from './write-gate.ts';

export type FactsOptions = {
  rows: MemoryRows;
  talks: Talks;
  /** Where facts that say the same are looked for. */
  index: RecallIndex;
  extractor: Extractor;
  budgets: Pick<Budgets, 'reserve' | 'settle'>;
  limits: Caps;
  /** Dollars a day for all talks. */
  dayUsd: number;
  owner: string;
  /** A talk is over when nothing was said for this long. */
  quietMs: number;
  keep: Keep;
  now: () => Date;
  log: Log;
};

/** Talks that ended longer ago, while she was away, are let be. */
const reachMs = 7 * 24 * 3_600_000;
/** Longer than any model takes; then another replica takes over. */
const holdMs = 10 * 60_000;
const mostRows = 60;
const fewestWords = 5;
const mostKnown = 30;
const mostTries = 5;
const firstPauseMs = 5 * 60_000;
/** What is used up frees with the day or the month. */
const budgetPauseMs = 3_600_000;

export type FactRounds = {
  /** One talk; true when there may be more to do at once. */
  round(): Promise<boolean>;
};

export function createFacts(options: FactsOptions): FactRounds {
  const { rows, talks, index, extractor, budgets, limits, dayUsd, owner, quietMs, keep, now, log } = options;
  const ago = (milliseconds: number) => new Date(now().getTime() - milliseconds).toISOString();
  const tidied = { at: 0 };

  async function round(): Promise<boolean> {
    const due = await talks.take({
      quiet: ago(quietMs),
      since: ago(reachMs),
      now: ago(0),
      until: ago(-holdMs),
      owner,
    });
    if (due === null) {
      await tidy();
      return false;
    }
    try {
      return await takeIn(due);
    } catch (error) {
      await putOff(due, String(error), firstPauseMs);
      return true;
    }
  }

  async function takeIn(due: Due): Promise<boolean> {
    const said = await rows.said(due.talk, mostRows);
    const tally: Partial<Tally> = {};
    // Untrusted text never stands beside trusted text before a model: neither colours what is drawn from the other.
    for (const part of [said.filter((row) => !untrusted(row)), said.filter(untrusted)]) {
      const acl = narrowestToken(part.map((row) => row.acl));
      if (acl === null || !saysSomething(part)) continue;
      const talk: QuietTalk = { talk: due.talk, acl, rows: part, known: await knownOf(due.talk, acl, part) };
      const failure = await drawFrom(due, talk, tally);
      if (failure !== null) {
        const tries = await putOff(due, failure.reason, failure.pauseMs);
        if (tries < mostTries || failure.pauseMs === budgetPauseMs) return failure.pauseMs !== budgetPauseMs;
        log.warn({ reason: failure.reason }, 'A talk was given up: no facts could be drawn from it.');
        break;
      }
    }
    await talks.done(due, owner, tally);
    return true;
  }

  async function drawFrom(due: Due, talk: QuietTalk, tally: Partial<Tally>) {
    const at = now().toISOString();
    const spend = {
      runId: `facts ${at.slice(0, 10)}`,
      person: 'sophia',
      channel: 'sophia',
      usd: extractor.atMost(talk),
      what: 'facts',
      at,
    };
    const key = `facts:${hashJson('talk', [due.talk, due.through, talk.rows[0]?.id ?? '', at])}`;
    const room = await budgets.reserve(key, spend, { ...limits, runUsd: dayUsd });
    if (room.state === 'over')
      return {
        reason: `the budget of the ${room.cap === 'run' ? 'day for facts' : room.cap} is used up`,
        pauseMs: budgetPauseMs,
      };
    const drawn = await extractor.draw(talk).catch((error) => ({
      state: 'failed' as const,
      reason: String(error),
      usd: null,
    }));
    await budgets.settle(key, drawn.usd);
    if (drawn.state === 'failed') return { reason: drawn.reason, pauseMs: firstPauseMs };
    const kept: string[] = [];
    const ended: (keyof Tally)[] = [];
    const passed = talk.rows.some(untrusted) ? 'quarantined' : 'kept';
    for (const { text } of drawn.drafts) {
      const rejection = rejectionOf(text, { known: [...talk.known, ...kept], said: saidIn(talk.rows) });
      if (rejection === null) kept.push(text);
      ended.push(rejection ?? passed);
    }
    if (await keepAll(talk, kept)) for (const one of ended) tally[one] = (tally[one] ?? 0) + 1;
    else log.info({ talk: due.talk }, 'What was said changed as facts were drawn from it: it is taken anew.');
    return null;
  }

  async function keepAll(talk: QuietTalk, texts: string[]): Promise<boolean> {
    const made: StoredMemory[] = [];
    const all = extractor.kind === 'summary' && texts.length > 0 ? [texts.join(' ')] : texts;
    for (const text of all) {
      const row = await prepare(factOf(talk, text, extractor.kind), rows, { latest: new Map(), keep });
      if (row) made.push(row);
    }
    return rows.derive(made, talk.rows, wordsVersion);
  }

  /** What is remembered for the same audience and may say the same; of this talk itself all that was drawn before. */
  async function knownOf(talk: string, acl: string, part: MemoryRow[]): Promise<string[]> {
    const words = queryWords(saidIn(part));
    const ids = await index.find({ words, acls: [acl], limit: mostKnown, kinds: ['fact'] });
    const near = await rows.get(ids, [acl], now().toISOString());
    const before = await rows.find({ thread: talk, kind: 'fact' }, mostKnown);
    return [...new Set([...near, ...before.filter((row) => row.acl === acl)].map((row) => row.text))];
  }

  async function putOff(due: Due, reason: string, pauseMs: number): Promise<number> {
    const tries = await talks.failed(due, owner, ago(-pauseMs));
    log.info({ reason, tries }, 'Facts could not be drawn from a talk yet.');
    return tries;
  }

  async function tidy(): Promise<void> {
    if (now().getTime() - tidied.at < reachMs / 7) return;
    tidied.at = now().getTime();
    await talks.purge(ago(2 * reachMs));
  }

  return {
    async round() {
      try {
        return await round();
      } catch (error) {
        log.warn({ error: String(error) }, 'Memory: quiet talks could not be looked at.');
        return false;
      }
    },
  };
}

/** Words of the web, of a quoted message, of a machine, or of somebody of another organisation. */
export function untrusted({ source, person, acl }: MemoryRow): boolean {
  const teamOf = (token: string) => token.split(':')[1];
  return source !== null || person === null || teamOf(person) !== teamOf(acl);
}

/** A question alone holds no fact, and a word or two hold none either. */
function saysSomething(rows: MemoryRow[]): boolean {
  const told = rows.some((row) => !/\?\s*$/.test(row.text));
  return told && queryWords(rows.map((row) => row.text).join(' ')).length >= fewestWords;
}

function saidIn(rows: MemoryRow[]): string {
  return rows.map((row) => (row.speaker ? `${row.speaker}: ${row.text}` : row.text)).join('\n');
}

/** It is cited by the row that says most of it, and goes with any of those it was drawn from. */
function factOf(talk: QuietTalk, text: string, kind: Extractor['kind']): NewMemory {
  const words = new Set(queryWords(text));
  const shared = (row: MemoryRow) => queryWords(row.text).filter((word) => words.has(word)).length;
  const best = talk.rows.reduce((one, other) => (shared(other) > shared(one) ? other : one));
  const named = talk.rows.find(({ person, speaker }) => person !== best.person && speaker && text.includes(speaker));
  const sources = [...new Set(talk.rows.map((row) => row.source))].filter((source) => source !== null);
  const held = talk.rows.some(untrusted);
  const { person, speaker, channel, link, at } = best;
  return {
    acl: talk.acl,
    kind,
    text,
    ...{ person, speaker, channel, link, at },
    thread: best.thread ?? talk.talk,
    subject: named?.person ?? null,
    origin:
      kind === 'summary'
        ? `summary:${talk.talk}#${held ? 'held' : 'said'}`
        : `fact:${talk.talk}#${hashJson('fact', [...words].sort())}`,
    tainted: true,
    source: held ? sources.join(', ').slice(0, 300) || 'words of somebody outside' : null,
    sources: talk.rows.map((row) => row.id),
    trust: held ? 'quarantined' : 'derived',
  };
}
