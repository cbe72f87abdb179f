/** The page's line to its host: live state in, deeds out. */

const token = document.querySelector('meta[name="playground-token"]')?.getAttribute('content') ?? '';

/**
 * Does something in the world; the answer of the host, or `{ ok: false, error }`.
 * @param {string} verb @param {Record<string, unknown>} [body]
 */
export async function act(verb, body = {}) {
  try {
    const response = await fetch(`/do/${verb}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-playground-token': token },
      body: JSON.stringify(body),
    });
    return await response.json();
  } catch {
    return { ok: false, error: 'The playground does not answer. Is `npm start` still running?' };
  }
}

/** Saves a shared file. @param {string} id @param {string} name */
export async function download(id, name) {
  try {
    const response = await fetch(`/file/${encodeURIComponent(id)}`, { headers: { 'x-playground-token': token } });
    if (!response.ok) return await response.json();
    const address = URL.createObjectURL(await response.blob());
    const anchor = document.createElement('a');
    anchor.href = address;
    anchor.download = name;
    anchor.click();
    URL.revokeObjectURL(address);
    return { ok: true };
  } catch {
    return { ok: false, error: 'The playground does not answer. Is `npm start` still running?' };
  }
}

/** @param {(state: object) => void} onState @param {(connected: boolean) => void} onConnection */
export function follow(onState, onConnection) {
  const events = new EventSource(`/events?token=${encodeURIComponent(token)}`);
  events.addEventListener('state', (event) => onState(JSON.parse(event.data)));
  events.addEventListener('open', () => onConnection(true));
  events.addEventListener('error', () => onConnection(false));
}
