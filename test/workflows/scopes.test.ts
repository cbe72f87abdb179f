/** What a name in the services file stands for when something is frozen by it. */
import { expect, test } from 'vitest';
import { parseServices, scopes } from '../../src/workflows/services.ts';

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
