/** Somebody who knows nothing of Sophia and does only what the page says comes to an approved deploy within six inputs. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Look, noChromium, openScene, partsOf, type Scene } from './browser.ts';

const looks: [string, Look][] = [
  ['at a desk', { width: 1440, height: 900 }],
  ['on a phone', { width: 390, height: 844, touch: true }],
];

// In CI: TEST_CHROMIUM=1.
describe.skipIf(noChromium !== '')(`a newcomer${noChromium && ` (${noChromium})`}`, { timeout: 90_000 }, () => {
  let scene: Scene;
  beforeEach(async () => {
    scene = await openScene();
  }, 60_000);
  afterEach(() => scene?.close());
  afterAll(() => expect(scene?.problems ?? []).toEqual([]));

  const deployed = () => scene.playground.records.read().approvals.find(({ action }) => action === 'deploy');

  test.each(looks)('%s, who does what the line at the top says', async (_, look) => {
    const page = await scene.open(look);
    const inputs = await follow(page, 'Done once');
    expect(deployed()).toMatchObject({ state: 'consumed', votes: [{ person: 'slack:T0ACME:U0BOB' }] });
    expect(inputs).toEqual(['Ask for a deploy', 'Enter', 'Become Bob', 'Approve']);
    await page.context().close();
  });

  test('who tries the own yes first, as the line says, needs one input more', async () => {
    const page = await scene.open();
    await page.locator('#next').getByRole('button').click();
    await page.keyboard.press('Enter');
    await partsOf(page).thread().getByRole('button', { name: 'Approve' }).click();
    await partsOf(page).thread().getByText('Only visible to you').waitFor();
    await page.locator('#next').getByRole('button', { name: 'Become Bob' }).click();
    await partsOf(page).thread().getByRole('button', { name: 'Approve' }).click();
    await page.locator('#next').getByText('Done once').waitFor();
    expect(deployed()).toMatchObject({ state: 'consumed' });
    await page.context().close();
  });

  test('who goes on following sees a sick release roll back, then a digest come tomorrow', async () => {
    const page = await scene.open({ width: 1440, height: 900 });
    await follow(page, 'Done once');
    await page.locator('#next').getByRole('button', { name: 'Make one' }).click();
    await page.locator('#next').getByText('will be unhealthy').waitFor();
    await follow(page, 'a digest that comes by itself');
    await partsOf(page).thread().getByText(/back/i).last().waitFor();
    await follow(page, 'The digest is set');
    await page.locator('#next').getByRole('button', { name: 'Move the clock' }).click();
    await page.locator('#messages').getByText('Team daily').last().waitFor({ timeout: 20_000 });
    await page.locator('#next').getByText('Now make it hard for her').waitFor();
    await page.context().close();
  });

  test('who talks past Sophia is told how to be heard, and whose slip of the keyboard is theirs alone', async () => {
    const page = await scene.open();
    const { say, thread } = partsOf(page);
    const next = page.locator('#next');
    await say('hi');
    await next.getByText('Nobody heard that').waitFor();
    await next.getByRole('button', { name: 'Name her' }).click();
    expect(await page.getByRole('textbox', { name: 'Message' }).inputValue()).toBe('@sophia hi');
    await page.keyboard.press('Control+Enter');
    await thread().getByText('Hello!').waitFor();
    await say('/sophia delpoy web');
    const slip = page.locator('#messages .ephemeral', { hasText: 'delpoy' });
    await slip.getByText('/sophia deploy web').waitFor();
    expect(await page.locator('#messages .message:not(.ephemeral)').count()).toBe(2);
    await page.context().close();
  });

  test('her direct message, when it is opened, offers what to ask; and a file dropped there is sent', async () => {
    const page = await scene.open();
    await page.getByRole('button', { name: 'Sophia', exact: true }).click();
    const offered = page.getByRole('group', { name: 'Suggested by Sophia' });
    await offered.getByRole('button', { name: 'What can you do?' }).click();
    await partsOf(page).thread().getByText('Change something').waitFor();
    const dropped = await page.evaluateHandle(`{
      const transfer = new DataTransfer();
      transfer.items.add(new File(['day,deploys\\nMon,3\\n'], 'numbers.csv', { type: 'text/csv' }));
      transfer;
    }`);
    await page.dispatchEvent('#messages', 'drop', { dataTransfer: dropped });
    await page.locator('#next').getByText('Press Enter').waitFor();
    await page.keyboard.press('Enter');
    await partsOf(page).thread().getByText('begins so').waitFor();
    await page.context().close();
  });

  test('words too long to be sent stay where they are, with a way out', async () => {
    const page = await scene.open();
    await partsOf(page).say('y'.repeat(12_001));
    await page.getByText('Attach it as a file instead').waitFor();
    expect((await page.getByRole('textbox', { name: 'Message' }).inputValue()).length).toBe(12_001);
    await page.context().close();
  });

  test('a command without its arguments puts the cursor into the first of them', async () => {
    const page = await scene.open();
    await partsOf(page).say('/sophia deploy');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.type('web');
    await page.keyboard.press('Enter');
    await partsOf(page).thread().getByRole('button', { name: 'Approve' }).waitFor();
    await page.context().close();
  });

  test('who crashes the app is told how to bring it back', async () => {
    const page = await scene.open();
    await page.getByRole('button', { name: /Crash/ }).click();
    await page.locator('#next').getByRole('button', { name: 'Start the app' }).click();
    await page.getByText('App running').waitFor({ timeout: 20_000 });
    await page.context().close();
  });
});

/** Does what the line at the top says until it says `end`; what had to be pressed, in order. */
async function follow(page: Page, end: string): Promise<string[]> {
  const next = page.locator('#next');
  const inputs: string[] = [];
  for (;;) {
    if (inputs.length > 6) throw new Error(`More than six inputs: ${inputs.join(', ')}`);
    const said = (await next.innerText()).trim();
    if (said.includes(end) && inputs.length > 0) return inputs;
    const pressed = await heed(page, said);
    if (pressed) inputs.push(pressed);
    await expect.poll(() => next.innerText().then((text) => text.trim()), { timeout: 30_000 }).not.toBe(said);
  }
}

/** Presses what these words ask for; null when they ask for nothing, or say something else by now. */
async function heed(page: Page, said: string): Promise<string | null> {
  const label = said.split('\n').at(-1) ?? '';
  if (said.includes('Press Enter')) {
    await page.keyboard.press('Enter');
    return 'Enter';
  }
  const button = said.includes('then press Approve')
    ? partsOf(page).thread().getByRole('button', { name: 'Approve' }).last()
    : page.locator('#next').getByRole('button', { name: label, exact: true });
  return button.click({ timeout: 2_000 }).then(
    () => (said.includes('then press Approve') ? 'Approve' : label),
    () => null,
  );
}
