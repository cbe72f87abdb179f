/** Whether a login may write to a repository, asked each time: a right that was taken away must not decide anything. */
import { z } from 'zod';
import { SophiaError } from '../../core/error.ts';
import type { GitHub } from './client.ts';
import { parts, repo } from './schema.ts';

const answer = z.object({ permission: z.string() });
const writers = new Set(['admin', 'maintain', 'write']);
const patienceMs = 10_000;

export function mayWrite(github: GitHub) {
  return async (login: string, repository: string): Promise<boolean> => {
    const at = parts(repo.parse(repository));
    const route = 'GET /repos/{owner}/{repo}/collaborators/{username}/permission';
    try {
      const { permission } = await github(AbortSignal.timeout(patienceMs)).ask(answer, route, {
        ...at,
        username: login,
      });
      return writers.has(permission);
    } catch (error) {
      // GitHub knows nobody by that name there.
      if (error instanceof SophiaError && error.code === 'not_found') return false;
      throw error;
    }
  };
}
