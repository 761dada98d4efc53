import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

import { AXE_TAGS, noteLooked } from './looked.ts';

/** Installed by tools/machine.mjs. */
const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium-headless-shell';
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const NARROW = { width: 320, height: 640 };
const WIDE = { width: 1280, height: 900 };
const ACTION_MS = 40_000; // a machine that is busy with other things is slow, and no fault of a page

/** Why this machine cannot show pages; false when it can. Where CI is set, it must. */
export function cannotBrowse(): string | false {
  if (existsSync(CHROMIUM)) return false;
  const reason = `no Chromium at ${CHROMIUM}: node tools/machine.mjs installs it (as root)`;
  if (process.env['CI'] !== undefined) throw new Error(reason);
  return reason;
}

export type WindowOptions = {
  readonly script?: boolean;
  /** Of cards in the reader of this browser's computer, in PEM, and where they are shown. */
  readonly certificates?: readonly {
    readonly origin: string;
    readonly cert: Buffer;
    readonly key: Buffer;
  }[];
};

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
}

/** The browser of a test file; every test gets a context without cookies of its own. */
export function testBrowser(): { open(options?: WindowOptions): Promise<Page> } {
  const reason = cannotBrowse();
  let browser: Browser | null = null;
  const contexts: BrowserContext[] = [];
  before(async () => {
    if (reason !== false) return;
    browser = await launchBrowser();
  });
  after(async () => {
    for (const context of contexts) await context.close();
    await browser?.close();
  });
  return {
    open: async ({ script = true, certificates = [] } = {}) => {
      if (browser === null) throw new Error('the browser is there only while tests run');
      const context = await browser.newContext({
        viewport: WIDE,
        javaScriptEnabled: script,
        ...(certificates.length === 0
          ? {}
          : { clientCertificates: [...certificates], ignoreHTTPSErrors: true }),
      });
      contexts.push(context);
      const page = await context.newPage();
      page.setDefaultTimeout(ACTION_MS);
      return page;
    },
  };
}

/** A test that needs a browser: skipped by its name where there is none. */
export function pageTest(name: string, run: () => Promise<void>): void {
  test(name, { skip: cannotBrowse(), timeout: 300_000 }, run);
}

export async function press(page: Page, name: string | RegExp): Promise<void> {
  await page.getByRole('button', { name }).click();
}

/** Fills in the three fields of a day, as `6 8 2026`. */
export async function fillDay(page: Page, field: string, typed: string): Promise<void> {
  const parts = typed.split(' ');
  for (const [index, part] of ['day', 'month', 'year'].entries()) {
    await page.fill(`#${field}-${part}`, parts[index] ?? '');
  }
}

/** The words of a page without its frame. */
export function main(page: Page): Promise<string> {
  return page.locator('main').innerText();
}

/** What every page must keep, in every state of it. */
export async function checkPage(page: Page): Promise<void> {
  const where = page.url();
  await photograph(page);
  const axe = await axeFaults(page);
  const title = await page.title();
  await page.setViewportSize(NARROW);
  const wide = await page.evaluate<string[]>(WIDE_ELEMENTS);
  await page.setViewportSize(WIDE);
  noteLooked({
    title: title.replace(/^Error: | - OpenSpine$/g, ''),
    path: new URL(where).pathname,
    faults: [
      ...axe.map(({ id, help }) => `${id}: ${help}`),
      ...(wide.length === 0 ? [] : ['it scrolls sideways at 320 pixels']),
    ],
  });
  assert.deepEqual(
    axe.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`),
    [],
    `axe at ${where}`,
  );
  assert.equal(await page.locator('h1').count(), 1, `one h1 at ${where}`);
  assert.match(title, /^.+ - OpenSpine$/);
  assert.deepEqual(wide, [], `sideways scroll at ${where}`);
}

/** What makes a page wider than its window; tables may scroll in a box of their own. */
const WIDE_ELEMENTS = `(() => {
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth <= clientWidth) return [];
  return [...document.querySelectorAll('body *')]
    .filter((one) => one.getBoundingClientRect().right > clientWidth)
    .filter((one) => one.closest('.app-table-wrapper table') === null)
    .map((one) => one.outerHTML.slice(0, 200));
})()`;

let photographs = 0;

/** For people: with OPENSPINE_SCREENSHOTS=folder every page that is checked is kept as a picture. */
async function photograph(page: Page): Promise<void> {
  const folder = process.env['OPENSPINE_SCREENSHOTS'];
  if (folder === undefined) return;
  photographs += 1;
  const name = (await page.title()).replaceAll(/[^\w]+/g, '-').toLowerCase();
  const path = join(folder, `${process.pid}-${photographs}-${name}.png`);
  await page.screenshot({ path, fullPage: true });
}

type AxeFault = {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string }[];
};

/** Pages that were found good: the same one again need not be looked at, and looking takes seconds. */
const good = new Set<string>();

async function axeFaults(page: Page): Promise<readonly AxeFault[]> {
  const content = (await page.content()).replaceAll(/value="[\w-]{36,}"/g, '');
  if (good.has(content)) return [];
  await page.evaluate(AXE);
  const found = await page.evaluate<{ violations: AxeFault[] }>(
    // Only what is wrong is gathered; no rule of these tags looks into style sheets.
    `axe.run(document, { runOnly: ${JSON.stringify(AXE_TAGS)}, resultTypes: ['violations'], preload: { assets: ['media'] } })`,
  );
  if (found.violations.length === 0) good.add(content);
  return found.violations;
}

/** Presses Tab until the element has the focus; a page must let a keyboard come there. */
export async function tabTo(page: Page, selector: string): Promise<void> {
  const presses = 60;
  for (let n = 0; n < presses; n += 1) {
    await page.keyboard.press('Tab');
    const isThere = await page
      .locator(selector)
      .evaluateAll(
        (elements, active) => elements.some((element) => element.matches(active)),
        ':focus',
      );
    if (isThere) return;
  }
  assert.fail(`the keyboard does not come to ${selector} at ${page.url()}`);
}
