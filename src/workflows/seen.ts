/** The parts of other actions' answers that the workflows rest on, checked where they come in. */
import { z } from 'zod';

export const commitSeen = z.object({ sha: z.string(), message: z.string(), author: z.string(), url: z.string() });

export const comparisonSeen = z.object({
  ahead_by: z.number(),
  behind_by: z.number(),
  commits: z.array(z.object({ sha: z.string(), message: z.string() })),
  url: z.string().optional(),
});

/** `state`: what is known of all checks of a commit together. */
export const checksSeen = z.object({ state: z.enum(['passing', 'failing', 'pending', 'none']), summary: z.string() });

export const pullSeen = z.object({
  title: z.string(),
  author: z.string(),
  state: z.string(),
  draft: z.boolean(),
  mergeable: z.boolean().nullable(),
  base: z.string(),
  head_sha: z.string(),
  checks: z.string(),
  reviews: z.string(),
  url: z.string(),
});

const image = z.object({ reference: z.string(), digest: z.string().nullable(), revision: z.string().nullable() });
export const statusSeen = z.object({
  machines: z.array(
    z.object({
      id: z.string(),
      region: z.string(),
      instance_id: z.string(),
      image,
      state: z.string().optional(),
      size: z.object({ size: z.string(), memory_mb: z.number() }).nullish(),
    }),
  ),
});
export const imageSeen = z.object({ digest: z.string(), pinned: z.string(), revision: z.string().nullable() });
export const versionsSeen = z.object({ versions: z.array(z.object({ image: z.string() })) });

export const runSeen = z.object({
  id: z.number(),
  title: z.string(),
  state: z.string(),
  ended: z.boolean(),
  branch: z.string().nullable(),
  sha: z.string(),
  url: z.string(),
});
export type RunSeen = z.infer<typeof runSeen>;
/** Newest first. */
export const runsSeen = z.object({ runs: z.array(runSeen) });
