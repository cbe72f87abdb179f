/** The page for those who use no mouse or do not see it: axe on every main state, and a deploy by keyboard alone. */
import axe, { type AxeResults, type RunOptions } from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Look, noChromium, openScene, partsOf, type Scene } from './browser.ts';
import { type Gallery, galleryScopes, hang } from './gallery.ts';

/** Serious and critical findings, with where they are. */
async function findings(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const run = (options: RunOptions) =>
    (globalThis as unknown as { axe: { run(options: RunOptions): Promise<AxeResults> } }).axe.run(options);
  const results = await page.evaluate(run, { resultTypes: ['violations'] } satisfies RunOptions);
  return results.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ target, failureSummary }) => `${target} ${failureSummary}`)}`);
}

const looks: [string, Look][] = [
  ['desktop, light', { width: 1440, height: 900 }],
  ['desktop, dark', { width: 1440, height: 900, colorScheme: 'dark' }],
  ['phone, light', { width: 390, height: 844, touch: true }],
  ['phone, dark', { width: 390, height: 844, touch: true, colorScheme: 'dark' }],
];

// In CI: TEST_CHROMIUM=1.
describe.skipIf(noChromium !== '')(`for everybody${noChromium && ` (${noChromium})`}`, { timeout: 90_000 }, () => {
  let scene: Scene;
  let gallery: Gallery;
  beforeAll(async () => {
    scene = await openScene({ slack: { scopes: await galleryScopes() } });
    gallery = await hang(scene.playground.world);
  }, 60_000);
  afterAll(() => scene?.close());

  test('a deploy is asked for, refused to the one who asked, and approved, by keyboard alone', async () => {
    const page = await scene.open();
    const { thread, behind } = partsOf(page);
    await tabTo(page, 'Message');
    await page.keyboard.type('/sophia deploy web to production');
    await page.keyboard.press('Enter');
    await thread().getByRole('button', { name: 'Approve' }).waitFor();
    await tabTo(page, 'Approve');
    await page.keyboard.press('Enter');
    await thread().getByText('Only visible to you').waitFor();

    await tabTo(page, 'Alice', 'Shift+Tab');
    await page.keyboard.press('ArrowRight');
    expect(await page.evaluate('document.body.dataset.person')).toBe('U0BOB');
    await tabTo(page, 'View full plan');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByText('SHA-256').waitFor();
    expect(await findings(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await tabTo(page, 'Approve', 'Shift+Tab');
    await page.keyboard.press('Space');
    await behind().getByText('consumed').waitFor();
    // The button is gone; who pressed it stays at the card.
    await thread().getByRole('button', { name: 'Approve' }).waitFor({ state: 'detached' });
    expect(await page.evaluate(`document.activeElement.closest('#thread .message') !== null`)).toBe(true);
    await thread().getByText('Done:').first().waitFor();
    await page.context().close();
  });

  test.each(looks)('axe finds nothing serious: %s', async (_, look) => {
    const page = await scene.open(look);
    const phone = (look.width ?? 0) < 900;
    const pane = async (name: string) => {
      if (phone) await page.getByRole('navigation', { name: 'Panes' }).getByRole('button', { name }).click();
    };
    const found: Record<string, string[]> = {};
    const look_at = async (state: string) => {
      const serious = await findings(page);
      if (serious.length > 0) found[state] = serious;
    };

    await look_at('the first look');
    const growing = await gallery.growing();
    await gallery.plan();
    await gallery.file('report.csv', 'a,b\n1,2\n', 'The numbers');
    await gallery.whisper();
    await gallery.blocks();
    await gallery.home();
    await gallery.prompts();
    await gallery.session('processing');
    await pane('Channels');
    await look_at('the channels');
    await page.getByRole('button', { name: 'random' }).click();
    await look_at('a channel');
    await page.locator('.thread-line').click();
    await look_at('a thread with one of everything, growing');
    await growing.stop();
    await partsOf(page).thread().getByRole('button', { name: 'Good answer' }).first().waitFor();
    await look_at('a thread that stands, with feedback buttons');
    await pane('Channels');
    await page.getByRole('button', { name: 'Sophia', exact: true }).click();
    await page.getByRole('group', { name: 'Suggested by Sophia' }).waitFor();
    await look_at('a direct message with suggested prompts');
    await page.getByRole('button', { name: 'Home' }).click();
    await look_at('the Home tab');
    await pane('Behind');
    await partsOf(page).behind().getByLabel('GitHub').selectOption('is slow');
    await page.locator('#trouble').waitFor();
    await look_at('a trouble that is on');
    await page.locator('#trouble').getByRole('button').click();
    await page.getByRole('button', { name: /Crash/ }).click();
    await page.getByText('App dead').waitFor();
    await look_at('a dead app');
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.getByText('App running').waitFor();
    expect(found).toEqual({});
    await page.context().close();
  });

  test('nothing was reported on the console', () => {
    expect(scene.problems).toEqual([]);
  });
});

/** Of a person's radio button: the name alone. */
const nameOfFocused = `{
  const node = document.activeElement;
  const person = node.closest('.person')?.querySelector('.person-name').firstChild.textContent;
  person || node.getAttribute('aria-label') || node.textContent.trim() || node.tagName;
}`;

/** Presses Tab until what has the focus carries this name, as a person would. */
async function tabTo(page: Page, name: string, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  const seen: string[] = [];
  for (let presses = 0; presses < 90; presses++) {
    await page.keyboard.press(key);
    const focused = String(await page.evaluate(nameOfFocused));
    if (focused === name) return;
    seen.push(focused.slice(0, 40));
  }
  throw new Error(`Tab never came to “${name}”. It came to: ${seen.join(' · ')}`);
}
