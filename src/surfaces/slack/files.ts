/** Files in messages: what Slack says of them, and their bytes, fetched with the bot's token from Slack's own hosts only. */
import { z } from 'zod';
import type { Attachment } from '../../core/attachment.ts';
import { SophiaError } from '../../core/error.ts';
import { createFetch } from '../../kit/http.ts';
import { isSlackAddress } from './slack-address.ts';

const shared = z.looseObject({
  id: z.string(),
  name: z.string().nullish(),
  title: z.string().nullish(),
  mimetype: z.string().nullish(),
  size: z.number().nonnegative().nullish(),
  url_private: z.string().nullish(),
  url_private_download: z.string().nullish(),
  mode: z.string().nullish(),
  is_external: z.boolean().nullish(),
  file_access: z.string().nullish(),
});
const mostRedirects = 2;

/** Anything that is no file object is left out. */
export function attachmentsOf(files: unknown): Attachment[] {
  if (!Array.isArray(files)) return [];
  return files.flatMap((one) => {
    const parsed = shared.safeParse(one);
    return parsed.success ? [attachment(parsed.data)] : [];
  });
}

function attachment(file: z.infer<typeof shared>): Attachment {
  const hidden = hiddenBy(file);
  return {
    id: file.id,
    name: file.name || file.title || file.id,
    mime: file.mimetype || 'application/octet-stream',
    bytes: file.size ?? 0,
    address: file.url_private_download || file.url_private || '',
    ...(hidden ? { hidden } : {}),
  };
}

function hiddenBy(file: z.infer<typeof shared>): string | null {
  if (file.mode === 'tombstone') return 'was deleted';
  if (file.mode === 'hidden_by_limit') return 'is hidden: this workspace keeps no files of that age';
  if (file.is_external || file.mode === 'external') return 'lies outside Slack, where I cannot fetch it';
  if (file.file_access === 'check_file_info')
    return 'was shared from another workspace, and Slack does not show it to me';
  return file.url_private || file.url_private_download ? null : 'came without an address';
}

export type FetchFile = (file: Attachment, most: number) => Promise<Uint8Array>;

export function createFetchFile(options: { botToken: string; apiUrl: string | undefined }): FetchFile {
  const { botToken, apiUrl } = options;
  const reach = createFetch({ name: 'Slack', deadlineMs: 30_000 });

  /** The token goes to no other host, wherever Slack's answer points. */
  async function get(address: string, redirects: number): Promise<Response> {
    if (!isSlackAddress(address, apiUrl)) throw strange();
    const response = await reach(address, { headers: { authorization: `Bearer ${botToken}` }, redirect: 'manual' });
    if (response.status < 300 || response.status >= 400) return response;
    await response.body?.cancel();
    const to = URL.parse(response.headers.get('location') ?? '', address)?.href;
    if (!to || redirects === 0) throw strange();
    if (!isSlackAddress(to, apiUrl)) throw strange();
    return get(to, redirects - 1);
  }

  return async (file, most) => {
    const response = await get(file.address, mostRedirects);
    if (response.status === 404) throw new SophiaError('not_found', 'Slack no longer has it.');
    if (!response.ok) throw new SophiaError('unavailable', `Slack did not give it (HTTP ${response.status}).`);
    // Without the right to it Slack does not refuse: it sends the page where people sign in.
    const page = (response.headers.get('content-type') ?? '').startsWith('text/html');
    if (page && file.mime !== 'text/html') {
      await response.body?.cancel();
      throw signIn();
    }
    const bytes = await limited(response, most);
    if (page && /<title>[^<]*Slack[^<]*<\/title>/i.test(new TextDecoder().decode(bytes.subarray(0, 2000))))
      throw signIn();
    return bytes;
  };
}

function strange(): SophiaError {
  return new SophiaError('forbidden', 'its address is none of Slack’s, so I did not go there.');
}

function signIn(): SophiaError {
  return new SophiaError('forbidden', 'Slack asked me to sign in.', {
    hint: 'The Slack app lacks the scope `files:read`, or I am not in the channel it was shared in.',
  });
}

/** What was said of its size is no promise. */
async function limited(response: Response, most: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > most) throw new SophiaError('bad_input', `it is larger than ${Math.floor(most / 1_000_000)} MB.`);
    parts.push(part);
  }
  return new Uint8Array(Buffer.concat(parts));
}
