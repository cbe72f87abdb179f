/** Posts a file in three steps, once: its name carries a mark of the send, and after a doubtful end Sophia looks before she gives up. */
import { createHash } from 'node:crypto';
import { SophiaError } from '../../core/error.ts';
import type { Sends } from '../../core/sends.ts';
import type { MessageRef } from '../../core/thread.ts';
import { createFetch } from '../../kit/http.ts';
import type { OutFile } from './blocks.ts';
import { toError, wanted } from './failures.ts';
import { findMessage, type Place, reference } from './send.ts';
import { isSlackAddress } from './slack-address.ts';
import { type Call, type Data, type Pause, repeatable } from './web.ts';

export type Upload = (place: Place, file: OutFile, sendId: string) => Promise<void>;

/** Slack shows a file a moment after it took it. */
const beforeLooking = [500, 2000];

export function createUpload(options: { call: Call; sends: Sends; pause: Pause; apiUrl: string | undefined }): Upload {
  const { call, sends, pause, apiUrl } = options;
  const reach = createFetch({ name: 'Slack', deadlineMs: 60_000, retries: 0 });

  const find = (place: Place, name: string) =>
    findMessage(call, pause, place, (message) => ((message.files ?? []) as Data[]).some((file) => file.name === name));

  async function put(address: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    if (!isSlackAddress(address, apiUrl))
      throw new SophiaError('internal', 'Slack named a strange address for a file.');
    const response = await reach(address, { method: 'POST', body: bytes, redirect: 'error' });
    await response.body?.cancel();
    if (!response.ok) throw new SophiaError('unavailable', `Slack did not take the file (HTTP ${response.status}).`);
  }

  async function share(place: Place, file: OutFile, name: string): Promise<MessageRef | null> {
    const bytes = new Uint8Array('text' in file ? Buffer.from(file.text) : Buffer.from(file.base64, 'base64'));
    const asked = wanted(
      'files.getUploadURLExternal',
      await repeatable(call, 'files.getUploadURLExternal', { filename: name, length: bytes.length }, pause),
    );
    await put(String(asked.upload_url), bytes);
    const shared = await call('files.completeUploadExternal', {
      files: [{ id: String(asked.file_id), title: file.title ?? file.name }],
      channel_id: place.channel,
      ...(place.root === null ? {} : { thread_ts: place.root }),
    });
    // Slack does not say as which message it shows the file.
    if (shared.ok) return reference(place, String(asked.file_id));
    if (shared.failure.kind !== 'ambiguous') throw toError('files.completeUploadExternal', shared.failure);
    for (const wait of beforeLooking) {
      await pause(wait);
      const found = await find(place, name);
      if (found) return found;
    }
    return null;
  }

  return async (place, file, sendId) => {
    const name = marked(file.name, sendId);
    const begun = await sends.begin(sendId);
    if (typeof begun === 'object') return;
    const found = (begun === 'begun' ? await find(place, name) : null) ?? (await share(place, file, name));
    if (found === null) throw new SophiaError('timeout', 'Slack did not show the file that was posted.');
    await sends.arrived(sendId, found);
  };
}

/** `answer.md` → `answer-3f9a1c2b.md` */
function marked(name: string, sendId: string): string {
  const mark = createHash('sha256').update(sendId).digest('hex').slice(0, 8);
  const dot = name.lastIndexOf('.');
  return dot > 0 ? `${name.slice(0, dot)}-${mark}${name.slice(dot)}` : `${name}-${mark}`;
}
