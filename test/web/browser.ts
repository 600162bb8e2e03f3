/** The browser the page is tried in; null where there is none, unless LEEWAY_REQUIRE_CHROMIUM=1 makes that an error. */
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const chromiumPath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';

/** Whether the browser tests can run; says so in one line when they cannot. */
export function chromiumFound(): boolean {
  if (existsSync(chromiumPath)) return true;
  if (process.env['LEEWAY_REQUIRE_CHROMIUM'] === '1') {
    throw new Error(`No Chromium at ${chromiumPath}: set CHROMIUM_PATH, or unset LEEWAY_REQUIRE_CHROMIUM`);
  }
  console.warn(`web tests skipped: no Chromium at ${chromiumPath} (set CHROMIUM_PATH)`);
  return false;
}

export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: chromiumPath, args: flags });
