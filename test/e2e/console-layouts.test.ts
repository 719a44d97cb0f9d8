// The frame around the panels: layouts that come back from anything, themes, the palette, every control by keyboard alone,
// and no screen on which something is cut off, covered or empty.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PANEL_IDS } from '../../renderer/panels/panel.ts';
import { launchChromium } from './chromium-page.ts';
import { type BuiltConsole, builtConsole } from './console-build.ts';
import { eventually } from './console-page.ts';
import { screenFaults } from './screen-faults.ts';
import { ScriptedSession } from './scripted-session.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const LAYOUTS = ['Author', 'Supervise', 'Review'] as const;

let built: BuiltConsole;
let browser: Browser;
let session: ScriptedSession;
let context: BrowserContext;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  [browser, built] = await Promise.all([launchChromium(), builtConsole()]);
});

afterAll(async () => {
  await browser?.close();
  built?.dispose();
});

beforeEach(() => {
  complaints = [];
});

afterEach(async () => {
  await context.close();
  session.close();
  expect(complaints, 'the page complained').toEqual([]);
});

interface Opening {
  readonly width?: number;
  readonly height?: number;
  readonly theme?: 'light' | 'dark';
  /** What the browser has kept from before. */
  readonly kept?: Readonly<Record<string, string>>;
}

async function openPage({ width = 1280, height = 800, theme = 'light', kept = {} }: Opening = {}): Promise<void> {
  session = await new ScriptedSession(built.folder).start();
  session.openCell();
  context = await browser.newContext({ viewport: { width, height }, colorScheme: theme, reducedMotion: 'reduce' });
  page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error' && !/WebSocket connection|status of 404/.test(message.text()))
      complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.addInitScript(
    (items) => {
      if (sessionStorage.getItem('prepared') !== null) return;
      sessionStorage.setItem('prepared', 'yes');
      for (const [key, value] of Object.entries(items)) localStorage.setItem(key, value);
    },
    { 'capstan.first-cell.1': 'opened', 'capstan.tour.1': 'seen', ...kept },
  );
  await page.goto(session.url);
  await page.getByRole('region', { name: 'Safety' }).getByText('Nothing moves').waitFor();
  await page.locator('.panel-host').first().waitFor();
}

const visibleTabs = () => page.getByRole('tab').allTextContents();
const layout = (name: string) => page.getByRole('button', { name, exact: true });

describe('layouts', () => {
  it('are three, and each comes back as it was left', async () => {
    await openPage();
    const author = await visibleTabs();
    await layout('Review').click();
    const review = await visibleTabs();
    expect(review).not.toEqual(author);
    await page.keyboard.press('Alt+1');
    expect(await visibleTabs()).toEqual(author);
    expect(await layout('Author').getAttribute('aria-pressed')).toBe('true');
    await page.getByRole('tab').first().locator('.panel-tab-close').click();
    await expect.poll(async () => (await visibleTabs()).length).toBe(author.length - 1);
    const left = await visibleTabs();
    await layout('Supervise').click();
    await layout('Author').click();
    expect(await visibleTabs()).toEqual(left);
    await page.reload();
    await page.locator('.panel-host').first().waitFor();
    expect(await visibleTabs()).toEqual(left);
    await page.getByRole('button', { name: 'View', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Reset layout' }).click();
    expect(await visibleTabs()).toEqual(author);
  });

  it.each([
    'not JSON',
    '{}',
    '{"grid":{"root":{"type":"branch","data":[]},"width":0,"height":0,"orientation":"HORIZONTAL"},"panels":{}}',
    '{"grid":{"root":{"type":"leaf","data":{"id":"a","views":["no-such-panel"]}},"width":1,"height":1,"orientation":"UP"},"panels":{"no-such-panel":{"id":"no-such-panel","contentComponent":"no-such-panel"}}}',
    'null',
  ])('come back from what a browser kept broken: %s', async (broken) => {
    await openPage({ kept: { 'capstan.layout.author.1': broken, 'capstan.layout': 'author' } });
    expect((await visibleTabs()).length).toBeGreaterThan(2);
    await layout('Review').click();
    await layout('Author').click();
    expect((await visibleTabs()).length).toBeGreaterThan(2);
  });

  it('never leave an empty window', async () => {
    await openPage();
    const before = await visibleTabs();
    const words = page.getByText('The last panel was closed', { exact: false });
    // Closing the last one brings all of them back.
    for (let closed = 0; closed < PANEL_IDS.length && !(await words.isVisible()); closed += 1) {
      await page.getByRole('tab').first().locator('.panel-tab-close').click({ force: true });
    }
    await words.waitFor();
    expect(await visibleTabs()).toEqual(before);
  });
});

describe('the palette', () => {
  it('finds an action by a few letters, does it, and gives the focus back', async () => {
    await openPage();
    await page.getByRole('button', { name: 'Help' }).focus();
    await page.keyboard.press('Control+k');
    await page.keyboard.type('thdark');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.evaluate(() => document.documentElement.dataset.theme)).toBe('dark');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Help');
    await page.reload();
    expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe('dark');
  });

  it('says why an action cannot be done, and does not do it', async () => {
    await openPage();
    await page.keyboard.press('Control+k');
    await page.keyboard.type('reset after a stop');
    const row = page.getByRole('option', { name: /Reset after a stop/ });
    await row.getByText('No stop stands.').waitFor();
    await page.keyboard.press('Enter');
    expect(await page.getByRole('dialog').count()).toBe(1);
  });
});

describe('the keyboard alone', () => {
  it('reaches every control of the bar and the strip, Stop first', async () => {
    await openPage();
    const wanted = await page
      .locator('.safety-strip button, .safety-strip [role="slider"], .top-bar button')
      .evaluateAll((elements) => elements.map((element) => element.getAttribute('aria-label') ?? element.textContent));
    const reached: (string | null)[] = [];
    for (let pressed = 0; pressed < wanted.length; pressed += 1) {
      await page.keyboard.press('Tab');
      reached.push(
        await page.evaluate(
          () => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? null,
        ),
      );
    }
    expect(reached[0]).toMatch(/^Stop/);
    expect(reached).toEqual(wanted);
  });

  it('goes from place to place with F6', async () => {
    await openPage();
    const seen = new Set<string>();
    for (let pressed = 0; pressed < 6; pressed += 1) {
      await page.keyboard.press('F6');
      const tab = await page.evaluate(() => document.activeElement?.closest('[role="tab"]')?.textContent ?? '');
      expect(tab).not.toBe('');
      seen.add(tab);
    }
    expect(seen.size).toBeGreaterThan(1);
  });

  it('stays between a dialog and the strip with Stop', async () => {
    await openPage();
    session.tellStatus({
      lease: session.status.lease,
      stops: [{ id: 'stop-1', source: 'operator', detail: 'Ctrl+.', atS: 1, restConfirmed: true }],
    });
    await page.getByRole('button', { name: 'Reset…' }).click();
    await page.getByRole('dialog').waitFor();
    for (let pressed = 0; pressed < 14; pressed += 1) {
      await page.keyboard.press('Tab');
      const where = await page.evaluate(
        () => document.activeElement?.closest('[role="dialog"], [data-safety-strip], body')?.tagName,
      );
      expect(await page.getByRole('dialog').count(), `${where}`).toBe(1);
    }
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
  });
});

describe.each(['light', 'dark'] as const)('the %s theme', (theme) => {
  it.each([
    [1280, 800],
    [1920, 1080],
    [1024, 700],
  ])('shows every layout at %i x %i with nothing cut off, covered or empty', async (width, height) => {
    await openPage({ width, height, theme });
    for (const name of LAYOUTS) {
      await layout(name).click();
      // Panels take their places one after the other.
      await eventually(() => page.evaluate(screenFaults), `${name}, ${theme}, ${width} x ${height}`).toEqual([]);
    }
  });

  it('has no serious finding of axe in any layout', async () => {
    await openPage({ theme });
    await page.evaluate(AXE);
    for (const name of LAYOUTS) {
      await layout(name).click();
      const serious = async () => {
        const { axe } = globalThis as unknown as { axe: typeof import('axe-core') };
        const { violations } = await axe.run(document, { resultTypes: ['violations'] });
        return violations
          .filter(({ impact }) => impact === 'serious' || impact === 'critical')
          .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
      };
      await eventually(() => page.evaluate(serious), `${name}, ${theme}`).toEqual([]);
    }
  });
});

describe('at 200 % zoom', () => {
  it('keeps Stop and the state in sight', async () => {
    // A window of 1280 x 800 whose every pixel is two wide.
    await openPage({ width: 640, height: 400 });
    for (const name of ['Stop', 'Find']) {
      const box = await page.getByRole('button', { name }).first().boundingBox();
      expect(box, name).not.toBeNull();
      expect(box!.x).toBeGreaterThanOrEqual(0);
      expect(box!.x + box!.width).toBeLessThanOrEqual(640);
      expect(box!.y + box!.height).toBeLessThanOrEqual(400);
    }
    await page.getByRole('region', { name: 'Safety' }).getByText('Nothing moves').waitFor();
  });
});
