/** Edit, then ask: a changed request is a new request by whoever changed it, with a plan, a hash and an approval of its own. */
import type { Approval } from '../core/approval.ts';
import type { EditAnswer, Edited, EditField, EditForm } from '../core/door.ts';
import { canonicalJson } from '../core/hash.ts';
import type { Services } from '../core/job.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { parseThreadId } from '../core/thread.ts';
import { currentApprovers } from './entitled.ts';
import { inputSchema } from './input.ts';
import { writeDown } from './written.ts';

/** What the person may fill in, or why there is nothing to edit. */
export async function editForm(services: Services, approvalId: string, person: string): Promise<EditForm> {
  const found = await editable(services, approvalId, person);
  if (found.state === 'refused') return found;
  const { action, input } = found.approval.plan;
  return { state: 'open', title: found.approval.plan.summary, fields: fieldsOf(services, action, input) };
}

export async function submitEdit(services: Services, edited: Edited): Promise<EditAnswer> {
  const { approvalId, person } = edited;
  const again = await services.approvals.get(approvalId);
  // A crash came between closing the old request and asking the new one: the same submission goes on from there.
  const resumed = again?.state === 'superseded' && again.stateReason?.startsWith(reasonOf(person));
  const found =
    resumed && again ? ({ state: 'open', approval: again } as const) : await editable(services, approvalId, person);
  if (found.state === 'refused') return found;
  const { plan } = found.approval;
  const read = readFields(fieldsOf(services, plan.action, plan.input), edited.values);
  if (read.state === 'wrong') return read;
  const action = services.actions.get(plan.action);
  const parsed = action?.input.safeParse(read.input);
  if (!parsed?.success) {
    const errors = (parsed?.error.issues ?? []).map((issue) => [String(issue.path[0] ?? ''), issue.message] as const);
    return { state: 'wrong', errors: Object.fromEntries(errors) };
  }
  const input = parsed.data as JsonObject;
  const changes = changesOf(plan.input, input);
  if (changes === '') return { state: 'refused', words: 'Nothing was changed, so the request stays as it is.' };
  if (!resumed) {
    const closed = await services.approvals.close(approvalId, 'superseded', `${reasonOf(person)} ${changes}`);
    if (!closed) return { state: 'refused', words: 'Too late: it was decided meanwhile.' };
    await written(services, closed, person, changes);
    // The run that is woken draws its card as it stands now.
    await services.durable.wake(`approval:${approvalId}`);
  }
  await askAnew(services, found.approval, person, input, changes);
  return { state: 'asked', words: `Asked anew as your request: ${changes}. The new card is in the thread.` };
}

type Editable = { state: 'open'; approval: Approval } | { state: 'refused'; words: string };

/** The requester may edit, and whoever may decide; one step of a deed under way may not be bent. */
async function editable(services: Services, id: string, person: string): Promise<Editable> {
  const no = (words: string): Editable => ({ state: 'refused', words });
  const approval = await services.approvals.get(id);
  if (!approval) return no('I do not know this request.');
  if (approval.state !== 'pending') return no(`Too late: this request is already ${approval.state}.`);
  const editor = await services.surface(parseThreadId(approval.thread).surface).person(person);
  if (editor.kind !== 'member') return no('Only full members of this workspace may edit a request.');
  const { approvers } = await currentApprovers(services, approval);
  if (person !== approval.requester && !approvers.includes(person))
    return no('Only the one who asked and those who may decide can edit this request.');
  const parent = approval.call.includes('.') ? approval.call.slice(0, approval.call.lastIndexOf('.')) : null;
  if (parent !== null && (await services.ledger.get(`${approval.runId}/${parent}`)))
    return no('This is one step of a larger deed: deny it, and ask for the whole anew.');
  if (fieldsOf(services, approval.plan.action, approval.plan.input).length === 0)
    return no('There is nothing to fill in.');
  return { state: 'open', approval };
}

function fieldsOf(services: Services, name: string, input: JsonObject): EditField[] {
  const action = services.actions.get(name);
  if (!action) return [];
  const schema = inputSchema(action) as {
    properties?: Record<string, { type?: string; enum?: unknown[]; description?: string }>;
    required?: string[];
  };
  return Object.entries(schema.properties ?? {}).map(([field, property]) => {
    const options = property.enum?.filter((option) => typeof option === 'string');
    const kind =
      options && options.length > 0
        ? 'choice'
        : ({ string: 'text', number: 'number', integer: 'number', boolean: 'switch' } as const)[property.type ?? ''];
    const value = input[field];
    return {
      name: field,
      kind: kind ?? 'json',
      value: value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value),
      optional: !(schema.required ?? []).includes(field),
      ...(property.description ? { hint: property.description } : {}),
      ...(kind === 'choice' && options ? { options } : {}),
    };
  });
}

function readFields(
  fields: EditField[],
  values: Record<string, string>,
): { state: 'read'; input: JsonObject } | Extract<EditAnswer, { state: 'wrong' }> {
  const input: JsonObject = {};
  const errors: Record<string, string> = {};
  for (const field of fields) {
    const text = (values[field.name] ?? '').trim();
    if (text === '' && field.optional) continue;
    const value = readValue(field.kind, text);
    if (value === undefined) errors[field.name] = field.kind === 'number' ? 'must be a number' : 'cannot be read';
    else input[field.name] = value;
  }
  return Object.keys(errors).length > 0 ? { state: 'wrong', errors } : { state: 'read', input };
}

function readValue(kind: EditField['kind'], text: string): Json | undefined {
  if (kind === 'text' || kind === 'choice') return text;
  if (kind === 'switch') return text === 'true';
  if (kind === 'number') return text !== '' && Number.isFinite(Number(text)) ? Number(text) : undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/** `ref: main → v2`, cut short for a line. */
function changesOf(before: JsonObject, after: JsonObject): string {
  const said = (value: Json | undefined) => {
    const text = value === undefined ? 'nothing' : typeof value === 'string' ? value : JSON.stringify(value);
    return text.length > 80 ? `${text.slice(0, 79)}…` : text;
  };
  const same = (a: Json | undefined, b: Json | undefined) =>
    (a === undefined ? '' : canonicalJson(a)) === (b === undefined ? '' : canonicalJson(b));
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => !same(before[name], after[name]))
    .map((name) => `${name}: ${said(before[name])} → ${said(after[name])}`)
    .join('; ');
}

function reasonOf(person: string): string {
  return `Edited by ${person.split(':').at(-1)}:`;
}

async function written(services: Services, approval: Approval, person: string, changes: string): Promise<void> {
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
    jobKey: `edit:${approval.id}`,
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
