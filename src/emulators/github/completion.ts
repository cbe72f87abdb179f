/** Fills in the fields GitHub always sends and the emulator underneath leaves out. */

type Row = Record<string, unknown>;

/** Changes what it is given: accounts get all their addresses, a repository alone its counts, a check its annotations. */
export function complete(value: unknown, publicUrl: string, alone = true): unknown {
  if (Array.isArray(value)) for (const item of value) complete(item, publicUrl, false);
  if (!isRow(value)) return value;
  if (typeof value.login === 'string' && typeof value.avatar_url === 'string' && !('gists_url' in value))
    account(value, publicUrl);
  if (alone && typeof value.full_name === 'string') {
    value.network_count ??= 0;
    value.subscribers_count ??= 0;
    value.pushed_at ??= value.created_at;
  }
  // Whoever asks for somebody's permission is told the role with the person.
  if (typeof value.permission === 'string' && isRow(value.user))
    value.user.role_name ??= value.role_name ?? value.permission;
  // An app belongs to the organisation it is installed on.
  if ('external_url' in value && value.owner === null) value.owner = owner(publicUrl);
  if (isRow(value.output) && typeof value.head_sha === 'string')
    value.output.annotations_url ??= `${String(value.url)}/annotations`;
  for (const inner of Object.values(value)) complete(inner, publicUrl, false);
  return value;
}

function account(row: Row, publicUrl: string): void {
  const url = `${publicUrl}/users/${row.login}`;
  const rest = {
    gravatar_id: '',
    html_url: `${publicUrl}/${row.login}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: 'Organization',
    site_admin: false,
  };
  for (const [field, content] of Object.entries(rest)) row[field] ??= content;
}

function owner(publicUrl: string): Row {
  return {
    login: 'acme',
    id: 1,
    node_id: 'O_1',
    avatar_url: `${publicUrl}/avatars/acme`,
    url: `${publicUrl}/users/acme`,
  };
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
