/** A breaker for each model and for each server: what keeps failing is left alone for a while, longer each time. */
import { CircuitState, ConsecutiveBreaker, circuitBreaker, handleAll, IterableBackoff } from 'cockatiel';

/** `gone`: the provider no longer has it, so that no number of tries would help. */
export type Ending = 'answered' | 'failed' | 'gone';

export type Breakers = {
  /** False while it is left alone, and while one request is finding out whether it is back. */
  mayAsk(model: string): boolean;
  /** Called before each request, so that only one finds out. */
  asking(model: string): void;
  ended(model: string, how: Ending): Promise<void>;
  /** Those left alone now. */
  open(): string[];
};

const modelFailures = 3;
/** In a row, whatever the model: the server is out of reach. */
const serverFailures = 5;
/** Longer each time that it fails again, up to half an hour. */
const restsMs = [60_000, 120_000, 240_000, 480_000, 960_000, 1_800_000];
/** A trial that never ended does not bar the model for ever. */
const longestTrialMs = 300_000;

export function createBreakers(serverOf: (model: string) => string = () => 'main'): Breakers {
  const models = new Map<string, Breaker>();
  const servers = new Map<string, Breaker>();
  const both = (model: string) => [of(models, model, modelFailures), of(servers, serverOf(model), serverFailures)];
  const mayAsk = (model: string) =>
    (models.get(model)?.mayAsk() ?? true) && (servers.get(serverOf(model))?.mayAsk() ?? true);
  return {
    mayAsk,
    asking(model) {
      for (const breaker of both(model)) breaker.asking();
    },
    async ended(model, how) {
      // A server that says what it no longer has answers.
      const [own, server] = both(model);
      await own?.ended(how);
      await server?.ended(how === 'gone' ? 'answered' : how);
    },
    open: () => [...models.keys()].filter((model) => !mayAsk(model)),
  };
}

type Breaker = ReturnType<typeof createBreaker>;

function of(breakers: Map<string, Breaker>, name: string, failures: number): Breaker {
  const breaker = breakers.get(name) ?? createBreaker(failures);
  breakers.set(name, breaker);
  return breaker;
}

function createBreaker(failures: number) {
  const breaker = circuitBreaker(handleAll, {
    halfOpenAfter: new IterableBackoff(restsMs),
    breaker: new ConsecutiveBreaker(failures),
  });
  let restUntil = 0;
  let trialUntil = 0;
  let opened = 0;
  breaker.onBreak((reason) => {
    if ('isolated' in reason) return;
    restUntil = Date.now() + (restsMs[Math.min(opened, restsMs.length - 1)] ?? 0);
    opened++;
  });
  breaker.onReset(() => {
    opened = 0;
  });
  return {
    mayAsk: () =>
      breaker.state === CircuitState.Closed ||
      (breaker.state !== CircuitState.Isolated && Date.now() >= Math.max(restUntil, trialUntil)),
    asking() {
      if (breaker.state !== CircuitState.Closed) trialUntil = Date.now() + longestTrialMs;
    },
    async ended(how: Ending) {
      trialUntil = 0;
      if (how === 'gone') {
        if (breaker.state !== CircuitState.Isolated) breaker.isolate();
        return;
      }
      try {
        await breaker.execute(() => {
          if (how === 'failed') throw new Error('the model failed');
        });
      } catch {
        // Counted; the caller knows what happened.
      }
    },
  };
}
