/** A real Chromium on a playground of its own, for one file of tests: pages by size and colours, and what the console said. */
import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { type Playground, type PlaygroundOptions, startPlayground } from '../../src/playground/host.ts';

/** Where Chromium or Chrome stands on the machines people have; undefined when there is none. */
export const executablePath = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
].find((path) => existsSync(path));

/** Why Chromium is left out; empty when it is there and wanted. */
export const noChromium = !executablePath
  ? 'skipped: no Chromium here'
  : process.env.TEST_CHROMIUM !== '1'
    ? 'skipped: set TEST_CHROMIUM=1 to drive a real browser'
    : '';

export type Look = {
  width?: number;
  height?: number;
  colorScheme?: 'light' | 'dark';
  touch?: boolean;
  /** Pixels of the screen for one of the page. */
  scale?: number;
};
export type Scene = Awaited<ReturnType<typeof openScene>>;

export async function openScene(options: PlaygroundOptions = {}) {
  const problems: string[] = [];
  const playground: Playground = await startPlayground({
    port: 0,
    quiet: true,
    stepMs: 60,
    environment: { PATH: process.env.PATH },
    endOnSignals: false,
    ...options,
  });
  const browser: Browser = await chromium
    .launch({
      ...(executablePath ? { executablePath } : {}),
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    })
    .catch(async (error: unknown) => {
      await playground.close();
      throw error;
    });

  return {
    playground,
    /** Errors of the page, from all its windows. */
    problems,
    async open({
      width = 1280,
      height = 800,
      colorScheme = 'light',
      touch = false,
      scale = 1,
    }: Look = {}): Promise<Page> {
      const context = await browser.newContext({
        viewport: { width, height },
        colorScheme,
        reducedMotion: 'reduce',
        hasTouch: touch,
        deviceScaleFactor: scale,
      });
      const page = await context.newPage();
      page.on('pageerror', (error) => problems.push(error.message));
      page.on('console', (message) => {
        if (message.type() === 'error') problems.push(message.text());
      });
      await page.goto(playground.url);
      await page.getByText('App running').waitFor();
      return page;
    },
    async close(): Promise<void> {
      await browser.close();
      await playground.close();
    },
  };
}

/** What the tests touch, by the names people and screen readers know. */
export function partsOf(page: Page) {
  const thread = () => page.getByRole('complementary', { name: 'Thread' });
  return {
    thread,
    behind: () => page.getByRole('complementary', { name: 'Behind the scenes' }),
    message: () => page.getByRole('textbox', { name: 'Message' }),
    actAs: (name: string) => page.getByRole('radio', { name }).check({ force: true }),
    async say(text: string): Promise<void> {
      await page.getByRole('textbox', { name: 'Message' }).fill(text);
      await page.keyboard.press('Enter');
    },
  };
}
