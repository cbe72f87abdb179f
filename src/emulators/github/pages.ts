/** Plain pages behind the links of the emulated world, so that a click on "Pull request" leads somewhere. */
import type { Commit, Git } from './git.ts';
import type { StoredPull } from './pulls.ts';

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const safe = (text: string) => text.replaceAll(/[&<>"]/g, (character) => escapes[character] ?? character);

function page(title: string, about: string, text: string): string {
  return `<!doctype html><meta charset="utf-8"><title>${safe(title)}</title>
<style>body{font:16px/1.5 system-ui;max-width:60rem;margin:3rem auto;padding:0 1rem;color:#1f2328}pre{background:#f6f8fa;padding:1rem;overflow:auto}p{color:#59636e}</style>
<p>Emulated GitHub</p><h1>${safe(title)}</h1><p>${safe(about)}</p><pre>${safe(text)}</pre>\n`;
}

/** Null when the path is no page. */
export async function pageOf(
  path: string,
  sources: {
    git: Git;
    pull(repo: string, number: number): Promise<StoredPull>;
    diff(repo: string, number: number): Promise<string>;
    log(id: number): string | undefined;
  },
): Promise<string | null> {
  const [, owner, name, kind, id, , job] = path.split('/');
  const repo = `${owner}/${name}`;
  if (kind === 'pull' && id) {
    const pull = await sources.pull(repo, Number(id));
    const state = pull.merged ? 'merged' : pull.draft ? 'draft' : pull.state;
    const about = `${state}, by ${pull.user.login}, ${pull.head.ref} → ${pull.base.ref}, head ${pull.head.sha.slice(0, 7)}`;
    return page(`${pull.title} #${pull.number}`, about, await sources.diff(repo, Number(id)));
  }
  if (kind === 'commit' && id) {
    const commit: Commit = await sources.git.read(repo, id);
    return page(
      commit.commit.message.split('\n')[0] ?? '',
      `${commit.commit.author.name}, ${commit.commit.author.date}`,
      commit.sha,
    );
  }
  const jobId = path.match(/^\/[^/]+\/[^/]+\/actions\/runs\/\d+\/job\/(\d+)$/)?.[1] ?? job;
  if (kind === 'actions' && jobId) return page('Job', repo, sources.log(Number(jobId)) ?? 'All steps passed.');
  return null;
}
