/** Troubles on demand: rate limits, lost answers, slowness, errors; a few calls long, or until they are ended. */
import type { SlackFault, SlackFaults } from './types.ts';

export class Faults implements SlackFaults {
  readonly #planned = new Map<string, SlackFault[]>();
  #lasting: { on: RegExp; fault: SlackFault; every: number }[] = [];
  /** Calls that a lasting trouble has looked at, by trouble and method. */
  readonly #seen = new Map<string, number>();

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
  keep(fault: SlackFault, { on = /./, every = 1 }: { on?: RegExp; every?: number } = {}): void {
    this.#lasting.push({ on, fault, every });
  }
  clear(): void {
    this.#planned.clear();
    this.#lasting = [];
    this.#seen.clear();
  }

  next(method: string): SlackFault | undefined {
    const planned = this.#planned.get(method)?.shift();
    if (planned) return planned;
    return this.#lasting.find(({ on, every }, index) => {
      if (!on.test(method)) return false;
      const key = `${index} ${method}`;
      const seen = this.#seen.get(key) ?? 0;
      this.#seen.set(key, seen + 1);
      return seen % every === 0;
    })?.fault;
  }

  #plan(method: string, fault: SlackFault, times: number): void {
    const planned = this.#planned.get(method) ?? [];
    planned.push(...Array.from({ length: times }, () => fault));
    this.#planned.set(method, planned);
  }
}
