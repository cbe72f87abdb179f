/** Figures of models for Prometheus: what happened in this process, and how the models stand for all. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Standing } from '../core/routing.ts';
import type { Journal } from './journal.ts';

export type ModelMetrics = {
  /** The same journal, counted. */
  counted(journal: Journal): Journal;
  text(standings: readonly Standing[]): Promise<string>;
};

export function createModelMetrics(): ModelMetrics {
  const registry = new Registry();
  const registers = [registry];
  const labelNames = ['class', 'model'] as const;
  const requests = new Counter({
    name: 'sophia_model_requests_total',
    help: 'Requests to models by how they ended: answered, failed, or flagged by a check.',
    labelNames: [...labelNames, 'ended'],
    registers,
  });
  const dollars = new Counter({
    name: 'sophia_model_dollars_total',
    help: 'Dollars that answers cost, as the provider said, with the failed tries before them.',
    labelNames,
    registers,
  });
  const extra = new Counter({
    name: 'sophia_model_extra_requests_total',
    help: 'Second requests: escalated after a failed check, hedged, or fallen back.',
    labelNames: ['class', 'why'],
    registers,
  });
  const seconds = new Histogram({
    name: 'sophia_model_answer_seconds',
    help: 'Time until the whole answer was there.',
    labelNames,
    buckets: [0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120],
    registers,
  });
  const gauge = (name: string, help: string) => new Gauge({ name, help, labelNames, registers });
  const quality = gauge('sophia_model_quality', 'Expected share of good answers, 0 to 1.');
  const share = gauge('sophia_model_traffic_share', 'Share of the last answers of the class.');
  const failing = gauge('sophia_model_failure_share', 'Recent share of requests that failed.');
  const current = gauge('sophia_model_current', '1 for the model that is asked next.');

  return {
    counted: (journal) => ({
      ...journal,
      async answered(turn, asked, choice, answer) {
        const labels = { class: turn.class, model: asked };
        requests.inc({ ...labels, ended: 'answered' });
        dollars.inc(labels, answer.usd);
        seconds.observe(labels, answer.milliseconds / 1_000);
        if (choice.escalated) extra.inc({ class: turn.class, why: 'escalated' });
        if (choice.hedged) extra.inc({ class: turn.class, why: 'hedged' });
        if (answer.fallbacks.length > 0) extra.inc({ class: turn.class, why: 'fell back' }, answer.fallbacks.length);
        await journal.answered(turn, asked, choice, answer);
      },
      async failed(turn, asked, reason) {
        requests.inc({ class: turn.class, model: asked, ended: 'failed' });
        await journal.failed(turn, asked, reason);
      },
      async flagged(turn, asked, problem) {
        requests.inc({ class: turn.class, model: asked, ended: 'flagged' });
        await journal.flagged(turn, asked, problem);
      },
    }),
    async text(standings) {
      // A model that is no longer in use is no longer shown.
      for (const one of [quality, share, failing, current]) one.reset();
      for (const one of standings) {
        const labels = { class: one.class, model: one.model };
        if (one.graded > 0) quality.set(labels, one.quality);
        share.set(labels, one.share);
        failing.set(labels, one.failures);
        current.set(labels, one.current ? 1 : 0);
      }
      return registry.metrics();
    },
  };
}
