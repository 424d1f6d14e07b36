import fs from 'node:fs';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { chromium, type Browser } from 'playwright-core';

/** Headless, and without the requests that Chromium makes for itself. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** The browser to use: the environment variable CL_CHROMIUM, else the first Chromium or Chrome on PATH; undefined: none. */
export function findBrowser(): string | undefined {
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  const places = [process.env.CL_CHROMIUM ?? '', ...NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name)))];
  return places.find((place) => place !== '' && fs.existsSync(place));
}

/** Starts the browser. */
export function openBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, headless: true, args: FLAGS });
}

/** The browser's path; without one the test is skipped with a message, or fails where CI=true. */
export function needsBrowser(context: TestContext): string | undefined {
  const found = findBrowser();
  if (found) return found;
  const reason = 'no Chromium or Chrome on PATH: install one (Debian: apt-get install chromium) or name it in CL_CHROMIUM';
  if (process.env.CI === 'true') throw new Error(reason);
  context.skip(reason);
  return undefined;
}
