/** Releases: which there are, a new one with notes made from its commits, and publishing a draft. */
import { z } from 'zod';
import { defineAction, type Reconciliation } from '../../core/action.ts';
import { SophiaError } from '../../core/error.ts';
import type { GitHub, Hub } from './client.ts';
import { commitOfName, defaultBranch, ignoreMissing, resolveRef } from './facts.ts';
import { isSame, marked, mentions } from './mark.ts';
import { clip, limit, login, parts, ref, repo, sha, words } from './schema.ts';

const tag = z
  .string()
  .max(100)
  .regex(/^(?![-/.])(?!.*\.\.)(?!.*[/.]$)[\w./+-]+$/, 'must be the name of a tag, e.g. v1.4.0')
  .describe('tag of the release, e.g. v1.4.0');

const releaseAnswer = z.object({
  id: z.number(),
  tag_name: z.string(),
  target_commitish: z.string(),
  name: z.string().nullable(),
  body: z.string().nullish(),
  draft: z.boolean(),
  prerelease: z.boolean(),
  html_url: z.string(),
  created_at: z.string(),
  published_at: z.string().nullable(),
  author: z.object({ login: z.string() }).nullable(),
});
type ReleaseAnswer = z.infer<typeof releaseAnswer>;
const notesAnswer = z.object({ name: z.string(), body: z.string() });

const row = z.object({
  tag: z.string(),
  name: z.string(),
  state: z.enum(['draft', 'pre-release', 'published']),
  by: z.string(),
  at: z.string(),
  url: z.string(),
});
const listed = z.object({ repo: z.string(), releases: z.array(row), complete: z.boolean() });
const written = z.object({ repo: z.string(), tag: z.string(), draft: z.boolean(), url: z.string() });
const created = z.object({ sha, name: z.string(), body: z.string() });
const drafted = z.object({ id: z.number() });

const mostShown = 3_000;
const mostLookedThrough = 100;

const viewRelease = (release: ReleaseAnswer): z.infer<typeof row> => ({
  tag: release.tag_name,
  name: release.name ?? release.tag_name,
  state: release.draft ? 'draft' : release.prerelease ? 'pre-release' : 'published',
  by: login(release.author),
  at: release.published_at ?? release.created_at,
  url: release.html_url,
});

const releasesOf = (hub: Hub, fullName: string, most: number) =>
  hub.pages(releaseAnswer, 'GET /repos/{owner}/{repo}/releases', parts(fullName), { most });

/** The published one that counts as the latest; null when there is none. */
const latestOf = (hub: Hub, fullName: string) =>
  hub.ask(releaseAnswer, 'GET /repos/{owner}/{repo}/releases/latest', parts(fullName)).catch(ignoreMissing);

const outputOf = (fullName: string, { tag_name: name, draft, html_url: url }: ReleaseAnswer) => ({
  repo: fullName,
  tag: name,
  draft,
  url,
});

export const releaseActions = (github: GitHub) => [
  defineAction({
    name: 'github_list_releases',
    description: 'lists the releases of a repository, newest first, drafts among them',
    effect: 'read',
    taints: true,
    usage: 'releases in <repo>',
    example: '/sophia releases in acme/web',
    input: z.strictObject({ repo, limit: limit(15, 100) }),
    output: listed,
    async run({ input }, { signal }) {
      const { items, complete } = await releasesOf(github(signal), input.repo, input.limit);
      return { repo: input.repo, releases: items.map(viewRelease), complete };
    },
    show(output) {
      const { repo: fullName, releases, complete } = listed.parse(output);
      return {
        kind: 'table',
        title: `Releases of ${fullName}`,
        columns: ['Tag', 'Name', 'State', 'By', 'When'],
        rows: releases.map((one) => [one.tag, one.name, one.state, one.by, one.at.slice(0, 10)]),
        ...(complete ? {} : { footer: 'There may be more.' }),
      };
    },
  }),

  defineAction({
    name: 'github_create_release',
    description: 'makes a release at one commit, with a tag and notes made from what came since the release before',
    effect: 'write',
    usage: 'release <tag> in <repo> [from <ref>] [draft <draft>]',
    example: '/sophia release v1.4.0 in acme/web from main',
    input: z.strictObject({
      repo,
      tag,
      ref: ref.optional().describe('branch, tag or commit to release; default: the default branch'),
      name: words(200).optional().describe('title; default: the one GitHub makes'),
      notes: words(20_000).optional().describe('Markdown that stands before the notes GitHub makes'),
      draft: z.boolean().default(false).describe('yes: nobody sees it until it is published'),
      prerelease: z.boolean().default(false).describe('yes: not counted as the latest'),
    }),
    output: written,

    async plan(input, { signal }) {
      const hub = github(signal);
      const { items } = await releasesOf(hub, input.repo, mostLookedThrough);
      const there = items.find((release) => release.tag_name === input.tag);
      if (there)
        throw new SophiaError(
          'conflict',
          `${input.repo} has a ${viewRelease(there).state} release ${input.tag} already.`,
          {
            hint: there.draft ? `\`publish release ${input.tag} in ${input.repo}\`` : `See ${there.html_url}`,
          },
        );
      const [tagged, wanted, latest] = await Promise.all([
        commitOfName(hub, input.repo, input.tag, ['tags']),
        resolveRef(hub, input.repo, input.ref ?? (await defaultBranch(hub, input.repo))),
        latestOf(hub, input.repo),
      ]);
      if (tagged !== null && input.ref !== undefined && tagged !== wanted.sha)
        throw new SophiaError('conflict', `The tag ${input.tag} is at ${tagged.slice(0, 12)}, not at ${input.ref}.`, {
          hint: `Leave “from ${input.ref}” out to release what the tag names.`,
        });
      const commit = tagged ?? wanted.sha;
      // A POST that changes nothing: the notes are made now, so that the card shows what will be published.
      const made = await hub.ask(notesAnswer, 'POST /repos/{owner}/{repo}/releases/generate-notes', {
        ...parts(input.repo),
        tag_name: input.tag,
        target_commitish: commit,
        ...(latest ? { previous_tag_name: latest.tag_name } : {}),
      });
      const body = [input.notes, made.body].filter(Boolean).join('\n\n');
      const name = input.name ?? made.name;
      const called = mentions(body);
      return {
        target: `github:${input.repo}/releases`,
        repository: input.repo,
        summary: `${input.draft ? 'Draft' : 'Publish'} the release ${input.tag} of ${input.repo} at ${commit.slice(0, 7)}`,
        details: [
          { label: 'Repository', value: input.repo },
          {
            label: 'Tag',
            value:
              tagged === null
                ? input.draft
                  ? `${input.tag}, made when it is published`
                  : `${input.tag}, new`
                : `${input.tag}, there already`,
          },
          { label: 'Commit', value: tagged === null ? `${commit} ${wanted.commit.message.split('\n', 1)[0]}` : commit },
          { label: 'Since', value: latest ? latest.tag_name : 'the first release' },
          ...(input.prerelease ? [{ label: 'Counts as', value: 'a pre-release, not the latest' }] : []),
          { label: 'Title', value: name },
          { label: 'Notes', value: clip(body, mostShown) },
          ...(called.length > 0 && !input.draft ? [{ label: 'Notifies', value: called.join(', ') }] : []),
        ],
        undo: input.draft
          ? 'A draft can be deleted on its page.'
          : 'The release and its tag can be deleted on their pages; what was built or told because of it stays.',
        preconditions: [
          { name: 'commit', expected: commit },
          { name: 'tag', expected: tagged ?? 'new' },
          { name: 'latest release', expected: latest?.tag_name ?? null },
        ],
        resolved: { sha: commit, name, body },
      };
    },

    async run(plan, { signal, deed }) {
      const { repo: fullName, tag: name, draft, prerelease } = plan.input;
      const pinned = created.parse(plan.resolved);
      const made = await github(signal).ask(releaseAnswer, 'POST /repos/{owner}/{repo}/releases', {
        ...parts(fullName),
        tag_name: name,
        target_commitish: pinned.sha,
        name: pinned.name,
        body: marked(pinned.body, deed),
        draft,
        prerelease,
      });
      return outputOf(fullName, made);
    },

    async reconcile(plan, { signal, deed }): Promise<Reconciliation> {
      const { repo: fullName, tag: name } = plan.input;
      const { items } = await releasesOf(github(signal), fullName, mostLookedThrough);
      const there = items.filter((release) => release.tag_name === name);
      const own = there.find((release) => isSame(release.body, marked(created.parse(plan.resolved).body, deed)));
      if (own) return { state: 'done', output: outputOf(fullName, own) };
      const [other] = there;
      if (!other) return { state: 'not done' };
      return {
        state: 'unknown',
        evidence: `${fullName} has a release ${name} with other notes than were approved, by ${login(other.author)}: ${other.html_url}`,
      };
    },
  }),

  defineAction({
    name: 'github_publish_release',
    description: 'publishes a draft release as it stands, which makes its tag',
    effect: 'write',
    usage: 'publish release <tag> in <repo>',
    example: '/sophia publish release v1.4.0 in acme/web',
    input: z.strictObject({ repo, tag }),
    output: written,

    async plan(input, { signal }) {
      const hub = github(signal);
      const draft = await draftOf(hub, input.repo, input.tag);
      const tagged = await commitOfName(hub, input.repo, input.tag, ['tags']);
      const commit = tagged ?? (await resolveRef(hub, input.repo, draft.target_commitish)).sha;
      const called = mentions(draft.body ?? '');
      return {
        target: `github:${input.repo}/releases`,
        repository: input.repo,
        summary: `Publish the release ${input.tag} of ${input.repo} at ${commit.slice(0, 7)}`,
        details: [
          { label: 'Release', value: `${draft.name ?? input.tag} by ${login(draft.author)}`, link: draft.html_url },
          { label: 'Tag', value: tagged === null ? `${input.tag}, new` : `${input.tag}, there already` },
          { label: 'Commit', value: commit },
          ...(draft.prerelease ? [{ label: 'Counts as', value: 'a pre-release, not the latest' }] : []),
          { label: 'Notes', value: clip(draft.body, mostShown) },
          ...(called.length > 0 ? [{ label: 'Notifies', value: called.join(', ') }] : []),
        ],
        undo: 'It can be made a draft again or deleted on its page; the tag stays, and so does what was built or told because of it.',
        links: [{ label: input.tag, url: draft.html_url }],
        preconditions: [
          { name: 'release', expected: [draft.id, draft.name, draft.body ?? null, draft.prerelease] },
          { name: 'commit', expected: commit },
        ],
        resolved: { id: draft.id },
      };
    },

    async run(plan, { signal }) {
      const { repo: fullName, tag: name } = plan.input;
      const { id } = drafted.parse(plan.resolved);
      const now = await github(signal).ask(
        releaseAnswer.extend({ draft: z.literal(false) }),
        'PATCH /repos/{owner}/{repo}/releases/{release_id}',
        { ...parts(fullName), release_id: id, tag_name: name, draft: false },
      );
      return outputOf(fullName, now);
    },

    async reconcile(plan, { signal }): Promise<Reconciliation> {
      const { repo: fullName } = plan.input;
      const at = { ...parts(fullName), release_id: drafted.parse(plan.resolved).id };
      const route = 'GET /repos/{owner}/{repo}/releases/{release_id}';
      const now = await github(signal).ask(releaseAnswer, route, at);
      return now.draft ? { state: 'not done' } : { state: 'done', output: outputOf(fullName, now) };
    },
  }),
];

async function draftOf(hub: Hub, fullName: string, name: string): Promise<ReleaseAnswer> {
  const { items } = await releasesOf(hub, fullName, mostLookedThrough);
  const found = items.filter((release) => release.tag_name === name);
  const draft = found.find((release) => release.draft);
  if (draft) return draft;
  if (found[0])
    throw new SophiaError('conflict', `The release ${name} of ${fullName} is published already.`, {
      hint: `See ${found[0].html_url}`,
    });
  throw new SophiaError('not_found', `${fullName} has no draft of a release ${name}.`, {
    hint: `\`releases in ${fullName}\` lists them; \`release ${name} in ${fullName} draft yes\` makes one.`,
  });
}
