/** What a name in the services file stands for when something is frozen by it, which environment a target is in, what the file may say. */
import { expect, test } from 'vitest';
import { environments, findPlace, parseServices, scopes } from '../../src/workflows/services.ts';

const scopesOf = scopes(
  parseServices(`services:
  web:
    repository: acme/web
    environments:
      production: { fly_app: acme-web, image: "r/web:{sha}" }
      staging: { fly_app: acme-web-staging, image: "r/web:{sha}" }
  api:
    repository: acme/api
    environments:
      production: { fly_app: Acme-Api, image: "r/api:{sha}" }
`),
);

test.each([
  ['web', ['fly:acme-web', 'fly:acme-web-staging']],
  ['API', ['fly:acme-api']],
  ['production', ['environment:production']],
  ['Staging', ['environment:staging']],
  ['acme-web', []],
  ['case', []],
])('%s', (name, expected) => {
  expect(scopesOf(name)).toEqual(expected);
});

const book = parseServices(`services:
  api:
    repository: acme/api
    deploy: { workflow: deploy.yml, inputs: { to: "{environment}", at: "{sha}" } }
    environments:
      production: { fly_app: acme-api }
      staging: {}
      preview: { fly_app: acme-api-preview, image: "r/api:{sha}" }
  jobs:
    repository: acme/api
    environments: { production: { deploy: { workflow: jobs.yml } } }
`);

test('a workflow is frozen with its service, and belongs to the first environment it deploys to', () => {
  expect(scopes(book)('api').sort()).toEqual([
    'fly:acme-api',
    'fly:acme-api-preview',
    'github:acme/api/actions/deploy.yml',
  ]);
  expect(scopes(book)('jobs')).toEqual(['github:acme/api/actions/jobs.yml']);
  const environmentOf = environments(book);
  expect(environmentOf('github:acme/api/actions/deploy.yml')).toBe('production');
  expect(environmentOf('fly:acme-api')).toBe('production');
  expect(environmentOf('fly:acme-api-preview')).toBe('preview');
  expect(environmentOf('github:acme/api/actions/other.yml')).toBeUndefined();
});

test('a place is deployed by images or by a workflow, which may serve several', () => {
  expect(findPlace(book, 'api', 'preview')).toMatchObject({ way: 'fly', app: 'acme-api-preview' });
  expect(findPlace(book, 'api', 'staging')).toMatchObject({ way: 'dispatch', app: undefined, shared: true });
  expect(findPlace(book, 'jobs', undefined)).toMatchObject({ way: 'dispatch', shared: false });
});

test.each([
  ['{}', 'needs fly_app and image'],
  ['{ fly_app: a }', 'needs fly_app and image'],
  ['{ image: "r/a:{sha}" }', 'no fly_app'],
  ['{ fly_app: a, image: "r/a:{sha}", deploy: { workflow: d.yml } }', 'one of them'],
  ['{ deploy: { workflow: ../d.yml } }', 'file name'],
  ['{ deploy: { workflow: d.yml, ref: main } }', 'one input has to name the commit'],
  ['{ deploy: { workflow: d.yml, refs: main } }', 'refs'],
])('an environment that says %s is refused', (environment, why) => {
  const text = `services: { a: { repository: acme/a, environments: { production: ${environment} } } }`;
  expect(() => parseServices(text)).toThrow(why);
});
