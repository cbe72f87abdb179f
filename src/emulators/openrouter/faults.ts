/** The queue of faults: each strikes the next requests that fit it. */
import type { ChatRequest, FaultKind, FaultOptions } from './types.ts';

export type Fault = { kind: FaultKind } & FaultOptions;

export function createFaults() {
  let queue: (Fault & { left: number })[] = [];
  return {
    add(kind: FaultKind, options: FaultOptions = {}): void {
      queue.push({ kind, ...options, left: options.times ?? 1 });
    },
    take(request: ChatRequest): Fault | undefined {
      const fault = queue.find(({ model }) => model === undefined || model === request.model);
      if (!fault) return undefined;
      fault.left -= 1;
      if (fault.left <= 0) queue = queue.filter((other) => other !== fault);
      return fault;
    },
    clear(): void {
      queue = [];
    },
  };
}
