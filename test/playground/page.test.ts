/** The page in a real browser against the real app: ask, be refused, approve, deny, crash, and nothing that text can break. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noChromium, openScene, partsOf, type Scene } from './browser.ts';

// In CI: TEST_CHROMIUM=1.
describe.skipIf(noChromium !== '')(
  `the page in Chromium${noChromium && ` (${noChromium})`}`,
  { timeout: 60_000 },
  () => {
    let scene: Scene;
    let page: Page;

    beforeAll(async () => {
      scene = await openScene();
      page = await scene.open();
    }, 60_000);
    afterAll(() => scene?.close());

    const actAs = (name: string) => partsOf(page).actAs(name);
    const thread = () => partsOf(page).thread();

    test('a question typed with the keyboard alone is answered in its thread', async () => {
      await page.getByRole('textbox', { name: 'Message' }).focus();
      await page.keyboard.type('@sophia what is waiting to be merged in acme/web?');
      await page.keyboard.press('Enter');
      await thread().getByText('Cache the product page').first().waitFor();
    });

    test('text that looks like markup stays text', async () => {
      const nasty = '<img src=x onerror="document.title=1"> <script>document.title=1</script> [x](javascript:alert(1))';
      await page.getByRole('textbox', { name: 'Message' }).fill(nasty);
      await page.keyboard.press('Enter');
      await page.getByText('<img src=x').waitFor();
      expect(await page.locator('.messages img, .messages script, .messages a[href^="javascript"]').count()).toBe(0);
      expect(await page.title()).toBe('Sophia playground');
    });

    test('who asked cannot approve: the page shows the private answer', async () => {
      await page.getByRole('button', { name: '/sophia deploy web', exact: true }).click();
      await page.keyboard.press('Enter');
      await thread().getByRole('button', { name: 'Approve' }).click();
      await thread().getByText('Only visible to you').waitFor();
    });

    test('the full plan opens as a modal and Esc closes it', async () => {
      await thread().getByRole('button', { name: 'View full plan' }).click();
      await page.getByRole('dialog').getByText('SHA-256').waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'hidden' });
    });

    test('another person approves, and the side panel follows', async () => {
      await actAs('Bob');
      await thread().getByRole('button', { name: 'Approve' }).click();
      const behind = page.getByRole('complementary', { name: 'Behind the scenes' });
      await behind.getByText('consumed').waitFor();
      await behind.getByText('settled').first().waitFor();
      const live = scene.playground.world.github.shas.main[0]?.slice(0, 7) ?? '';
      await expect.poll(() => behind.getByText(live).count(), { timeout: 20_000 }).toBe(3);
      await expect.poll(() => thread().getByRole('button', { name: 'Approve' }).count()).toBe(0);
    });

    test('a denial wants a reason, in a modal, and says so', async () => {
      await actAs('Alice');
      await scene.playground.world.commitToMain();
      await page.getByRole('textbox', { name: 'Message' }).fill('/sophia deploy web to production');
      await page.keyboard.press('Enter');
      await thread().getByRole('button', { name: 'Deny' }).waitFor();
      await actAs('Bob');
      await thread().getByRole('button', { name: 'Deny' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('textbox').fill('Not before the demo');
      await dialog.locator('.submit').click();
      await thread().getByText('Not before the demo').first().waitFor();
    });

    test('the app is crashed and started from the page', async () => {
      await page.getByRole('button', { name: /Crash/ }).click();
      await page.getByText('App dead').waitFor();
      await page.getByRole('button', { name: 'Start', exact: true }).click();
      await page.getByText('App running').waitFor({ timeout: 20_000 });
    });

    test('a trouble is switched on, stands over everything, and is ended with one button', async () => {
      const behind = partsOf(page).behind();
      await behind.getByLabel('GitHub').selectOption('is down');
      const banner = page.locator('#trouble');
      await banner.getByText('GitHub is down').waitFor();
      await page.getByRole('textbox', { name: 'Message' }).fill('/sophia pr 12 in acme/web');
      await page.keyboard.press('Enter');
      await thread()
        .getByText(/GitHub/)
        .last()
        .waitFor();
      await banner.getByRole('button', { name: 'All well again' }).click();
      await banner.waitFor({ state: 'hidden' });
      expect(await behind.getByLabel('GitHub').inputValue()).toBe('');
      expect(scene.playground.world.view().troubles.every(({ on }) => on === '')).toBe(true);
    });

    test('time is moved on, and the page shows the new day', async () => {
      const behind = partsOf(page).behind();
      await behind.getByRole('button', { name: 'Next workday, 09:00' }).click();
      await behind.getByText(/, 09:00$/).waitFor();
      await page.getByText('App running').waitFor();
      await behind.getByText(/Moved on by/).waitFor();
      await page.getByRole('textbox', { name: 'Message' }).fill('good morning');
      await page.keyboard.press('Enter');
      await page.locator('#messages .day').waitFor();
    });

    test('on a phone one pane at a time fits, and nothing scrolls sideways', async () => {
      const phone = await scene.open({ width: 390, height: 844 });
      for (const pane of ['Channels', 'Chat', 'Behind']) {
        await phone.getByRole('navigation', { name: 'Panes' }).getByRole('button', { name: pane }).click();
        expect(await phone.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
      }
      await phone.context().close();
    });

    test('nothing was reported on the console', () => {
      expect(scene.problems).toEqual([]);
    });
  },
);
