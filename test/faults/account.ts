/** Holds what happened outside to what the records say, deed by deed: each done one happened once and where it should, each other one not, or it was said. */

export type Deed = {
  key: string;
  run: string;
  action: string;
  state: string;
  /** Where it had to happen; null when there is only one place. */
  place: string | null;
};
/** One effect in the outside world, and the deed it bears the mark of. */
export type Effect = { deed: string; place: string | null; what: string };
/** How a run was reported: the outcomes in its thread. */
export type Report = { run: string; title: string; outcomes: ('done' | 'failed' | 'refused' | 'unknown' | 'broke')[] };

/** Their effects bear the key of the deed. */
const marked = new Set(['fly_update_machine', 'sophia_schedule_digest', 'sophia_remember']);
/** A look afterwards tells whether it happened: “failed” means that it did not. */
const lookedUp = new Set(['fly_update_machine']);

export function account(deeds: Deed[], effects: Effect[], reports: Report[]): string[] {
  const problems: string[] = [];
  const known = new Map(deeds.map((deed) => [deed.key, deed]));
  const by = new Map<string, Effect[]>();
  for (const effect of effects) by.set(effect.deed, [...(by.get(effect.deed) ?? []), effect]);
  const said = new Map(reports.map((report) => [report.run, report.outcomes]));

  for (const [key, found] of by)
    if (!known.has(key)) problems.push(`${found[0]?.what} happened for ${key}, which no record knows`);
  for (const deed of deeds.filter((one) => marked.has(one.action))) {
    const happened = by.get(deed.key) ?? [];
    const name = `${deed.action} ${deed.key} (${deed.state})`;
    if (happened.length > 1) problems.push(`${name} happened ${happened.length} times`);
    if (deed.state === 'done' && happened.length === 0) problems.push(`${name} did not happen`);
    if (deed.state === 'failed' && lookedUp.has(deed.action) && happened.length > 0)
      problems.push(`${name} happened all the same`);
    for (const { place } of happened) if (place !== deed.place) problems.push(`${name} happened at ${place}`);
    // Not done, or nobody knows: then people were told; of a step by the end of its workflow.
    if (deed.state !== 'done' && !(said.get(deed.run) ?? []).some((outcome) => outcome !== 'done'))
      problems.push(`${name} was not reported`);
  }
  for (const { run, title, outcomes } of reports) {
    const own = known.get(`${run}/1`);
    if (outcomes.length > 1) problems.push(`“${title}” was reported ${outcomes.length} times: ${outcomes.join(', ')}`);
    if (outcomes.length === 0) problems.push(`“${title}” ended without a word`);
    else if (own && outcomes[0] !== 'broke' && outcomes[0] !== own.state)
      problems.push(`“${title}” is ${own.state} and was reported ${outcomes[0]}`);
  }
  return problems;
}
