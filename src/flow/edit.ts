/** Edit, then ask: a changed request is a new request by whoever changed it, with a plan, a hash and an approval of its own. */
import type { Approval } from '../core/approval.ts';
import type { EditAnswer, Edited, EditForm } from '../core/door.ts';
import { hashJson } from '../core/hash.ts';
import type { Services } from '../core/job.ts';
import type { JsonObject } from '../core/json.ts';
import { parseThreadId } from '../core/thread.ts';
import { changesOf, fieldsOf, readFields } from './edit-fields.ts';
import { currentApprovers } from './entitled.ts';
import { writeDown } from './written.ts';

/** What the person may fill in, or why there is nothing to edit. */
export async function editForm(services: Services, approvalId: string, person: string): Promise<EditForm> {
  const found = await editable(services, approvalId, person);
  if (found.state === 'refused') return found;
  const { action, input, summary } = found.approval.plan;
  return { state: 'open', title: summary, fields: fieldsOf(services.actions.get(action), input) };
}

/**
 * The request is closed under the hash of the edit that takes its place, then the edit is asked. A crash in between leaves
 * the submission in the inbox: it comes again, is known by that hash, and goes on from there.
 */
export async function submitEdit(services: Services, edited: Edited): Promise<EditAnswer> {
  const { approvalId, person } = edited;
  const before = await services.approvals.get(approvalId);
  if (!before) return refused('I do not know this request.');
  const { plan } = before;
  const action = services.actions.get(plan.action);
  const read = readFields(fieldsOf(action, plan.input), plan.input, edited.values);
  const parsed = read.state === 'read' ? action?.input.safeParse(read.input) : undefined;
  const input = parsed?.success ? (parsed.data as JsonObject) : null;
  const edit = input && hashJson('edit', { approval: approvalId, person, input });
  if (!edit || before.edit !== edit) {
    // Whether this person may is said before what does not fit.
    const found = await editable(services, approvalId, person);
    if (found.state === 'refused') return found;
  }
  if (read.state === 'wrong') return read;
  if (!input || !edit) {
    const errors = (parsed?.error?.issues ?? []).map((issue) => [String(issue.path[0] ?? ''), issue.message] as const);
    return { state: 'wrong', errors: Object.fromEntries(errors) };
  }
  const changes = changesOf(plan.input, input);
  if (changes === '') return refused('Nothing was changed, so the request stays as it is.');
  if (before.edit !== edit) {
    const reason = `Edited by ${person.split(':').at(-1)}: ${changes}`;
    await services.approvals.close(approvalId, 'superseded', reason, edit);
    const now = await services.approvals.get(approvalId);
    // Somebody else, or another window of the same person, was faster.
    if (now?.edit !== edit) return refused(await tooLate(services, now ?? before));
  }
  await written(services, before, person, changes);
  // The run that is woken draws its card as it stands now.
  await services.durable.wake(`approval:${approvalId}`);
  await askAnew(services, before, person, input, changes);
  return { state: 'asked', words: `Asked anew as your request: ${changes}. The new card is in the thread.` };
}

type Refused = { state: 'refused'; words: string };
const refused = (words: string): Refused => ({ state: 'refused', words });

/** The requester may edit, and whoever may decide; one step of a deed under way may not be bent. */
async function editable(
  services: Services,
  id: string,
  person: string,
): Promise<{ state: 'open'; approval: Approval } | Refused> {
  const approval = await services.approvals.get(id);
  if (!approval) return refused('I do not know this request.');
  const editor = await services.surface(parseThreadId(approval.thread).surface).person(person);
  if (editor.kind !== 'member') return refused('Only full members of this workspace may edit a request.');
  if (approval.state !== 'pending') return refused(await tooLate(services, approval));
  const { approvers } = await currentApprovers(services, approval);
  if (person !== approval.requester && !approvers.includes(person))
    return refused('Only the one who asked and those who may decide can edit this request.');
  const parent = approval.call.includes('.') ? approval.call.slice(0, approval.call.lastIndexOf('.')) : null;
  if (parent !== null && (await services.ledger.get(`${approval.runId}/${parent}`)))
    return refused('This is one step of a larger deed: deny it, and ask for the whole anew.');
  if (fieldsOf(services.actions.get(approval.plan.action), approval.plan.input).length === 0)
    return refused('There is nothing to fill in.');
  return { state: 'open', approval };
}

/** Names the card that stands in its place, however often it was edited since. */
async function tooLate(services: Services, approval: Approval): Promise<string> {
  const late = `Too late: this request is already ${approval.state}`;
  if (!approval.edit) return `${late}.`;
  const standing = await successor(services, approval);
  if (!standing)
    return `${late}: an edit took its place. Your change was not taken; look in the thread for what stands.`;
  const [card] = standing.cards;
  const surface = services.surface(parseThreadId(standing.thread).surface);
  const link = card ? await surface.permalink(card).catch(() => '') : '';
  const where = link === '' ? 'its card is in the thread' : `its card: ${link}`;
  return `${late}: an edit took its place. What stands now is “${standing.plan.summary}”, ${standing.state} (${where}). Your change was not taken: edit that one.`;
}

async function successor(services: Services, approval: Approval): Promise<Approval | undefined> {
  const run = await services.runs.byJob(jobOf(approval.id));
  const next = run ? (await services.approvals.byRun(run.id)).at(-1) : undefined;
  return next?.edit ? ((await successor(services, next)) ?? next) : next;
}

function jobOf(approvalId: string): string {
  return `edit:${approvalId}`;
}

/** Once, also when the edit comes by again after a crash. */
async function written(services: Services, approval: Approval, person: string, changes: string): Promise<void> {
  const rows = await services.audit.byRun(approval.runId);
  if (rows.some((row) => row.kind === 'closed' && row.approvalId === approval.id)) return;
  await writeDown(services, {
    kind: 'closed',
    at: services.now().toISOString(),
    runId: approval.runId,
    person,
    action: approval.plan.action,
    approvalId: approval.id,
    facts: { state: 'superseded', edited: true },
    texts: { changes },
  });
}

/** The new run carries the taint of the old one: what steered the first request may have steered its edit. */
async function askAnew(
  services: Services,
  approval: Approval,
  person: string,
  input: JsonObject,
  changes: string,
): Promise<void> {
  const run = await services.runs.get(approval.runId);
  if (!run) return;
  const text = `${approval.plan.action} edited: ${changes}`;
  await services.durable.start({
    jobKey: jobOf(approval.id),
    title: services.redact(text).slice(0, 80),
    requester: person,
    channel: run.channel,
    audience: run.audience,
    thread: approval.thread,
    input: {
      surface: parseThreadId(approval.thread).surface,
      channel: run.channel,
      thread: approval.thread,
      person,
      text,
      kind: 'command',
      act: { action: approval.plan.action, input },
      audience: run.audience,
      taint: approval.taint,
      at: services.now().toISOString(),
    },
  });
}
