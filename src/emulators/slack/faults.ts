/** Troubles on demand: rate limits, lost answers, slowness, errors, one call (or a few) at a time. */
import type { SlackFaults } from './types.ts';

export type Fault =
  | { kind: 'rate limit'; retryAfter: number }
  | { kind: 'drop answer' }
  | { kind: 'slow'; milliseconds: number }
  | { kind: 'fail'; error: string | number };

export class Faults implements SlackFaults {
  readonly #planned = new Map<string, Fault[]>();

  rateLimitNext(method: string, retryAfter: number, times = 1): void {
    this.#plan(method, { kind: 'rate limit', retryAfter }, times);
  }
  dropAnswerNext(method: string, times = 1): void {
    this.#plan(method, { kind: 'drop answer' }, times);
  }
  slowNext(method: string, milliseconds: number, times = 1): void {
    this.#plan(method, { kind: 'slow', milliseconds }, times);
  }
  failNext(method: string, error: string | number, times = 1): void {
    this.#plan(method, { kind: 'fail', error }, times);
  }

  next(method: string): Fault | undefined {
    return this.#planned.get(method)?.shift();
  }

  #plan(method: string, fault: Fault, times: number): void {
    const planned = this.#planned.get(method) ?? [];
    planned.push(...Array.from({ length: times }, () => fault));
    this.#planned.set(method, planned);
  }
}
