/** Sees to the index, or to quiet talks, again and again while she runs: one round at a time, and at once while there is more to do. */

/** What was said must be found within a second, also by an index outside. */
const soonMs = 500;

export function keepUp(upkeep: { round(): Promise<boolean> }, everyMs = soonMs): () => Promise<void> {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let underWay: Promise<void> = Promise.resolve();

  const go = (): void => {
    underWay = upkeep.round().then((more) => {
      if (!stopped) timer = setTimeout(go, more ? 0 : everyMs);
    });
  };
  go();
  return async () => {
    stopped = true;
    clearTimeout(timer);
    await underWay;
  };
}
