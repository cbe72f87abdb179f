/** `npm run pictures`: takes the README's pictures of the playground, with the same story, people and time each time. */
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Page } from 'playwright-core';
import { executablePath, type Look, openScene, partsOf, type Scene } from './browser.ts';

const desk: Look = { width: 1440, height: 960, scale: 2 };
const phone: Look = { width: 390, height: 780, scale: 2, touch: true };
/** A Tuesday morning in Lisbon. */
const startsAt = Date.parse('2026-06-02T08:14:00Z');
const quality = 80;
const deploy = '/sophia deploy web to production';

type Picture = { name: string; look: Look; stepMs?: number; play(page: Page, scene: Scene): Promise<void> };

/** Bob looks at the plan Alice asked for. */
async function askAsAlice(page: Page): Promise<void> {
  const { thread, actAs } = partsOf(page);
  await page.locator('#next').getByRole('button').click();
  await page.getByRole('textbox', { name: 'Message' }).fill(deploy);
  await page.keyboard.press('Enter');
  await thread().getByRole('button', { name: 'Approve' }).waitFor();
  await actAs('Bob');
  await page.locator('#next').getByText('You are Bob').waitFor();
  await bottom(page);
}

async function deployed(page: Page): Promise<void> {
  await askAsAlice(page);
  await partsOf(page).thread().getByRole('button', { name: 'Approve' }).click();
  await page.locator('#next').getByText('Next:').waitFor();
}

export const pictures: Picture[] = [
  { name: 'approval', look: desk, play: askAsAlice },
  { name: 'approval-dark', look: { ...desk, colorScheme: 'dark' }, play: askAsAlice },
  { name: 'approval-phone', look: phone, play: askAsAlice },
  {
    name: 'rollback',
    look: desk,
    async play(page, { playground }) {
      await deployed(page);
      await playground.world.commitToMain();
      playground.world.setUnhealthyNext(true);
      await partsOf(page).actAs('Alice');
      await deployed(page);
      await partsOf(page)
        .thread()
        .getByText(/rolled back/)
        .first()
        .waitFor();
      await bottom(page);
    },
  },
  {
    name: 'answer',
    look: desk,
    async play(page) {
      await partsOf(page).say('@sophia what is waiting to be merged in acme/web?');
      await partsOf(page).thread().getByText('Cache the product page').first().waitFor();
      await page.locator('#next').getByText('Next: ask for a deploy').waitFor();
      await bottom(page);
    },
  },
];

async function bottom(page: Page): Promise<void> {
  await page.mouse.move(0, 0);
  await page.locator('#thread .scroller').evaluate((node) => {
    node.scrollTop = node.scrollHeight;
  });
}

/** Answers the files it wrote, with their sizes in bytes. */
export async function takePictures(folder: string, wanted = pictures): Promise<{ file: string; bytes: number }[]> {
  await mkdir(folder, { recursive: true });
  const taken = [];
  for (const { name, look, stepMs = 60, play } of wanted) {
    // Each in a fresh world: none shows what another left.
    const scene = await openScene({ startsAt, stepMs });
    try {
      const page = await scene.open(look);
      await play(page, scene);
      await page.locator('#next [aria-disabled="true"]').waitFor({ state: 'detached' });
      const session = await page.context().newCDPSession(page);
      const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality });
      const content = Buffer.from(data, 'base64');
      const file = join(folder, `${name}.webp`);
      await writeFile(file, content);
      taken.push({ file, bytes: content.length });
    } finally {
      await scene.close();
    }
  }
  return taken;
}

/** Whether a green ball is green: without a font that has them, emoji would be empty boxes. */
async function showsEmoji(): Promise<boolean> {
  const browser = await chromium.launch({ ...(executablePath ? { executablePath } : {}), args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage();
    return await page.evaluate<boolean>(`(() => {
      const pen = document.createElement('canvas').getContext('2d');
      pen.font = '20px sans-serif';
      pen.fillText('\u{1F7E2}', 0, 20);
      return pen.getImageData(0, 0, 30, 30).data.some((value, at, all) => at % 4 === 1 && value > all[at - 1] + 40);
    })()`);
  } finally {
    await browser.close();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (!executablePath) {
    process.stderr.write('There is no Chromium here. Install it (Debian: apt-get install chromium), then try again.\n');
    process.exit(1);
  }
  if (!(await showsEmoji())) {
    process.stderr.write('No font here has emoji. Install one (Debian: apt-get install fonts-noto-color-emoji).\n');
    process.exit(1);
  }
  const folder = fileURLToPath(new URL('../../docs/images', import.meta.url));
  for (const { file, bytes } of await takePictures(folder))
    process.stdout.write(`docs/images/${basename(file)} ${Math.round(bytes / 1000)} kB\n`);
}
