/** Whatever the emulated Slack holds is shown, and what people press there reaches the app as Slack would send it. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noChromium, openScene, partsOf, type Scene } from './browser.ts';
import { type Gallery, galleryScopes, hang } from './gallery.ts';

// In CI: TEST_CHROMIUM=1.
describe.skipIf(noChromium !== '')(`what is shown${noChromium && ` (${noChromium})`}`, { timeout: 60_000 }, () => {
  let scene: Scene;
  let gallery: Gallery;
  let page: Page;
  beforeAll(async () => {
    // No app of ours answers here: what is shown is what the gallery hung up.
    const standIn = fileURLToPath(new URL('./stand-in.ts', import.meta.url));
    scene = await openScene({ appCommand: [standIn], slack: { scopes: await galleryScopes() } });
    gallery = await hang(scene.playground.world);
    await gallery.blocks();
    page = await scene.open();
    await page.getByRole('button', { name: 'random' }).click();
    await page.locator('.thread-line').click();
  }, 60_000);
  afterAll(() => scene?.close());

  const thread = () => partsOf(page).thread();
  const delivered = (name: string) => scene.playground.world.slack.deliveries.filter((one) => one.name === name);

  test('words grow, steps stand in their states, and good or bad can be said in the end', async () => {
    const growing = await gallery.growing();
    const message = thread().locator(`[data-ts="${growing.ts}"]`);
    await message.getByText('The release went well').waitFor();
    expect(await message.getAttribute('aria-busy')).toBe('true');
    expect(await message.locator('.mark').evaluateAll((marks) => marks.map((mark) => mark.ariaLabel))).toEqual([
      'Done',
      'Failed',
      'Under way',
      'To do',
    ]);
    await message.getByRole('link', { name: 'acme/web' }).waitFor();
    await growing.append(', in all three regions.');
    await message.getByText('The release went well, in all three regions.').waitFor();
    await growing.stop();
    const good = message.getByRole('button', { name: 'Good answer' });
    await good.click();
    await expect.poll(() => good.getAttribute('aria-pressed')).toBe('true');
    expect(await message.getAttribute('aria-busy')).toBeNull();
    await expect.poll(() => scene.playground.world.slack.deliveries.at(-1)?.kind).toBe('block_actions');
  });

  test('steps of a plan stand under its title', async () => {
    const ts = await gallery.plan();
    const plan = thread().locator(`[data-ts="${ts}"] .plan`);
    await plan.getByText('Release 42').waitFor();
    expect(await plan.getByRole('listitem').count()).toBe(3);
  });

  test('Stop stands where something grows, ends it there, and tells the app', async () => {
    const growing = await gallery.growing();
    await thread().getByRole('button', { name: 'Stop', exact: true }).click();
    await thread().locator(`[data-ts="${growing.ts}"]`).getByText('Stopped before the end.').waitFor();
    await expect.poll(() => delivered('agent_session_stopped').length).toBe(1);
    await expect(growing.append('more')).rejects.toThrow(/stopped_by_user/);
  });

  test('that Sophia waits for a person is said', async () => {
    await gallery.session('suspended');
    await thread().getByText('Sophia waits for a person to decide.').waitFor();
    await gallery.session('active');
  });

  test('a file is saved as it was', async () => {
    await gallery.file('report.csv', 'a,b\n1,2\n', 'The numbers');
    const saving = page.waitForEvent('download');
    await thread().getByRole('button', { name: 'Download report.csv' }).click();
    const saved = await saving;
    expect(saved.suggestedFilename()).toBe('report.csv');
    expect(await readFile(await saved.path(), 'utf8')).toBe('a,b\n1,2\n');
  });

  test('a file is attached, taken away, attached again and said', async () => {
    const attach = async () =>
      thread()
        .locator('input[type=file]')
        .setInputFiles({ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('höhe\n') });
    await attach();
    await thread().getByRole('button', { name: 'Remove notes.txt' }).click();
    expect(await thread().getByRole('button', { name: 'Send' }).isDisabled()).toBe(true);
    await attach();
    await thread().getByRole('button', { name: 'Send' }).click();
    await thread().getByRole('button', { name: 'Download notes.txt' }).waitFor();
    const said = scene.playground.world.slack.thread(gallery.channel, gallery.thread).at(-1);
    const id = String((said?.files?.[0] as { id?: string } | undefined)?.id);
    expect(scene.playground.world.slack.file(id)?.content.toString()).toBe('höhe\n');
  });

  test('what one said is changed, and taken back', async () => {
    await thread().getByRole('textbox', { name: 'Reply' }).fill('a first thought');
    await page.keyboard.press('Enter');
    const mine = thread().locator('.message', { hasText: 'a first thought' });
    await mine.getByLabel('Message shortcuts').selectOption('Edit message');
    await page.getByRole('dialog').getByRole('textbox').fill('a second thought');
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    const changed = thread().locator('.message', { hasText: 'a second thought' });
    await changed.getByText('(edited)').waitFor();
    await changed.getByLabel('Message shortcuts').selectOption('Delete message');
    await changed.waitFor({ state: 'detached' });
  });

  test('charts are drawn, their figures can be read, and a list goes on counting where it was broken', async () => {
    const bars = thread().getByRole('figure', { name: 'Deploys a day' });
    expect(await bars.locator('rect').count()).toBe(6);
    await bars.getByText('Figures').click();
    expect(await bars.getByRole('row', { name: 'Mon' }).innerText()).toMatch(/Mon\s+3\s+5/);
    expect(await thread().getByRole('figure', { name: 'Shares' }).locator('path').count()).toBe(2);
    expect(await thread().locator('ol[start="5"]').innerText()).toContain('the fifth point');
  });

  test('a private word is seen by the one it is for', async () => {
    await gallery.whisper();
    await thread().getByText('Only you may read this.').waitFor();
    await partsOf(page).actAs('Bob');
    await expect.poll(() => thread().getByText('Only you may read this.').count()).toBe(0);
    await partsOf(page).actAs('Alice');
  });

  test('a suggested prompt is said when it is pressed', async () => {
    await gallery.prompts();
    await page.getByRole('button', { name: 'Sophia', exact: true }).click();
    await page.getByRole('button', { name: 'What waits to be merged?' }).click();
    await page.locator('#messages').getByText('What is waiting to be merged in acme/web?').waitFor();
  });

  test('the Home tab is drawn for the one who opens it, and its buttons reach the app', async () => {
    await page.getByRole('button', { name: 'Home' }).click();
    await expect.poll(() => delivered('app_home_opened').length).toBeGreaterThan(0);
    await gallery.home();
    const before = scene.playground.world.slack.deliveries.length;
    await page.getByRole('button', { name: 'Open', exact: true }).click();
    await expect
      .poll(() => scene.playground.world.slack.deliveries.slice(before).map((one) => one.kind))
      .toContain('block_actions');
    expect(await page.getByRole('textbox', { name: 'Message' }).isVisible()).toBe(false);
  });

  test('nothing was reported on the console', () => {
    expect(scene.problems).toEqual([]);
  });
});
