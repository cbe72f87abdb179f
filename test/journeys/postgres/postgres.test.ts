/** The story on Postgres: a database of its own, a card that survives kill -9, and one deploy. */
import { randomUUID } from 'node:crypto';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { alice, bob, deploys, done, eventually, openStage, type Stage } from '../stage.ts';

const server = process.env.TEST_DATABASE_URL;

describe.skipIf(!server)('on Postgres (set TEST_DATABASE_URL to run)', () => {
  const name = `journey_${randomUUID().replaceAll('-', '')}`;
  const url = new URL(server ?? 'postgres://nowhere/');
  url.pathname = `/${name}`;
  let stage: Stage | undefined;
  const connect = (address: string) => postgres(address, { max: 1, onnotice: () => {} });

  beforeAll(async () => {
    const sql = connect(server ?? '');
    await sql.unsafe(`CREATE DATABASE ${name}`);
    await sql.end();
    stage = await openStage({ environment: { DATABASE_URL: url.href } });
  }, 60_000);
  afterAll(async () => {
    await stage?.close();
    const sql = connect(server ?? '');
    await sql.unsafe(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await sql.end();
  });

  test('a card that waits when the app is killed works after the next start, once', { timeout: 60_000 }, async () => {
    if (!stage) throw new Error('the stage did not open');
    const { driver, app, world } = stage;
    const place = await driver.command(alice, deploys, '/sophia deploy web to production');
    const card = await driver.card(place);
    await app.crash();
    const sql = connect(url.href);
    // Another replica takes a dead one's run over when its lease of 30 s has run out: as if that time had passed.
    await sql`UPDATE openworkflow.workflow_runs SET worker_id = NULL, available_at = now()
      WHERE status = 'running' AND worker_id IS NOT NULL`;
    await app.start();
    await Promise.all([stage.approve(bob, card), stage.approve(bob, card)]);
    await driver.reply(place, done, { after: card.ts });

    expect(stage.updates()).toEqual([1, 1, 1]);
    const released = world.github.shas.main[0]?.slice(0, 7);
    expect(stage.running()).toEqual([released, released, released]);
    expect(stage.hasButtons(card)).toBe(false);
    await eventually('the run is ended', async () =>
      expect(await sql`SELECT state FROM sophia.runs`).toEqual([{ state: 'done' }]),
    );
    expect(await sql`SELECT person, verdict FROM sophia.votes`).toEqual([
      { person: 'slack:T0ACME:U0BOB', verdict: 'approve' },
    ]);
    expect(await sql`SELECT state FROM sophia.ledger`).toEqual(Array(4).fill({ state: 'done' }));
    await sql.end();
    expect(stage.count(place, /Done:/)).toBe(1);
  });
});
