// The window's lines to its session and to the robot host: they come back by themselves, a stop goes out in every state of
// the page, and what is not known is not claimed. Both other sides are scripted here, so that they can be slow, or dead.

import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchChromium } from './chromium-page.ts';
import { type BuiltConsole, builtConsole } from './console-build.ts';
import { NO_CELL, READY, ScriptedSession } from './scripted-session.ts';

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

beforeEach(async () => {
  session = await new ScriptedSession(built.folder).start();
  context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  page = await context.newPage();
  complaints = [];
  page.on('console', (message) => {
    // A socket that is refused is what some of these tests are about.
    if (message.type() === 'error' && !message.text().includes('WebSocket connection')) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
});

afterEach(async () => {
  await context.close();
  session.close();
  expect(complaints, 'the page complained').toEqual([]);
});

/** Opens the page as somebody who has been here before. */
async function openPage(): Promise<void> {
  await page.addInitScript(() => {
    localStorage.setItem('capstan.first-cell.1', 'opened');
    localStorage.setItem('capstan.tour.1', 'seen');
  });
  await page.goto(session.url);
}

async function openWithCell(): Promise<void> {
  session.openCell();
  await openPage();
  await inStrip('Nothing moves').waitFor();
}

/** Words of the strip with Stop. */
const inStrip = (words: string) => page.getByRole('region', { name: 'Safety' }).getByText(words);

const stops = () => session.count('stop', 'stop');
const eventually = (read: () => unknown) => expect.poll(read, { timeout: 20_000 });

describe('the first start', () => {
  it('opens the first cell by itself, once, and shows the tour until it is closed', async () => {
    await page.goto(session.url);
    await eventually(() => session.count('session', 'openCell')).toBe(1);
    const opened = session.heard.find(({ name }) => name === 'openCell')?.params;
    expect(opened).toMatchObject({ task: 'cube-lift', tier: 'S1', writer: { kind: 'expert' } });
    const tour = page.getByRole('dialog', { name: 'The cell' });
    await tour.waitFor();
    await page.keyboard.press('ArrowRight');
    await page.getByRole('dialog', { name: 'Programs move the arm' }).waitFor();
    await page.getByRole('button', { name: 'Show a program' }).last().click();
    await eventually(() => session.count('session', 'instruct')).toBe(1);
    await page.keyboard.press('Escape');
    await eventually(() => page.getByRole('dialog').count()).toBe(0);
    session.tell(NO_CELL);
    await page.reload();
    await inStrip('No cell is open').waitFor();
    expect(session.count('session', 'openCell')).toBe(1);
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  it('takes the token out of the address, and knows it and its own name after a reload', async () => {
    await openWithCell();
    expect(page.url()).not.toContain(session.token);
    await page.reload();
    await inStrip('Nothing moves').waitFor();
    const hellos = session.heard.filter(({ socket, name }) => socket === 'session' && name === 'hello');
    expect(hellos).toHaveLength(2);
    const [first, second] = hellos.map(({ params }) => Reflect.get(params as object, 'client'));
    expect(second).toBe(first);
  });

  it('gives a duplicated tab a name of its own, and leaves the first one its sockets', async () => {
    await openWithCell();
    const kept = await page.evaluate(() => ({ ...sessionStorage }));
    const twin = await context.newPage();
    await twin.addInitScript((items) => {
      for (const [key, value] of Object.entries(items)) sessionStorage.setItem(key, value);
    }, kept);
    await twin.goto(session.origin);
    await twin.getByText('Control:').waitFor();
    const names = session.heard
      .filter(({ socket, name }) => socket === 'session' && name === 'hello')
      .map(({ params }) => Reflect.get(params as object, 'client'));
    expect(new Set(names).size).toBe(2);
    await twin.close();
  });

  it('says what to do when the page is opened without its link', async () => {
    await page.goto(session.origin);
    await page.getByText('This window has no session').first().waitFor();
    await page.keyboard.press('Pause');
    await page.getByText('The stop was NOT delivered', { exact: false }).waitFor();
    expect(session.heard).toEqual([]);
  });
});

describe('a lost session', () => {
  it('leaves no question and no work on the screen, and comes back by itself', async () => {
    session.openCell();
    session.tell({ work: { what: 'previewing block 1', sinceMs: Date.now(), share: null, cancellable: true } });
    await openPage();
    await page.locator('.work-badge').waitFor();
    session.listens.session = false;
    session.drop('session');
    await page.getByText('Session lost').waitFor();
    expect(await page.locator('.work-badge').count()).toBe(0);
    // The arm has a line of its own: it is still known, and Stop still works.
    await page.keyboard.press('Control+.');
    await eventually(stops).toBe(1);
    session.tell({ work: null });
    session.listens.session = true;
    await eventually(() => page.getByText('Session lost').count()).toBe(0);
    expect(session.count('session', 'openCell')).toBe(0);
  });
});

describe('stop', () => {
  it('goes out on pointer-down of the button, which comes first in the page', async () => {
    await openWithCell();
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toContain('Stop');
    await page.keyboard.press('Enter');
    await eventually(stops).toBe(1);
    const box = await page.getByRole('button', { name: 'Stop', exact: true }).boundingBox();
    await page.mouse.move(box!.x + 10, box!.y + 10);
    await page.mouse.down();
    await eventually(stops).toBe(2);
    await page.mouse.up();
    await inStrip('Nothing moves').waitFor();
    expect(stops()).toBe(2);
  });

  it('goes out once for a key that is held, and from every place of the page', async () => {
    await openWithCell();
    await page.keyboard.down('Control');
    await page.keyboard.down('.');
    await page.keyboard.down('.');
    await page.keyboard.up('.');
    await page.keyboard.up('Control');
    await eventually(stops).toBe(1);
    // In a dialog, while writing in its field.
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').fill('lay');
    await page.keyboard.press('Control+.');
    await eventually(stops).toBe(2);
    await page.keyboard.press('Pause');
    await eventually(stops).toBe(3);
    expect(await page.getByRole('combobox').inputValue()).toBe('lay');
    // By the pointer, over the dialog's veil.
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await eventually(stops).toBe(4);
    expect(await page.getByRole('combobox').count()).toBe(1);
    await page.keyboard.press('Escape');
    // In a menu.
    await page.getByRole('button', { name: 'View', exact: true }).click();
    await page.getByRole('menu').waitFor();
    await page.keyboard.press('Control+.');
    await eventually(stops).toBe(5);
    await page.keyboard.press('Escape');
    // In a text field of a popover.
    await page.getByRole('button', { name: /^Cell:/ }).click();
    await page.getByLabel('Task', { exact: true }).first().fill('cube');
    await page.keyboard.press('Control+.');
    await eventually(stops).toBe(6);
  });

  it('goes out while two megabytes of a model arrive', async () => {
    await openWithCell();
    const piece = 'the cube is red and stands a little to the left of the middle; '.repeat(16);
    for (let sent = 0; sent < 2_000_000; sent += piece.length) {
      session.emit('modelPiece', { purpose: 'program', turn: 1, kind: 'text', text: piece });
    }
    await page.keyboard.press('Control+.');
    await eventually(stops).toBe(1);
  });

  it('says loudly when it could not be delivered, stops beating, and is sent first when the link is back', async () => {
    await openWithCell();
    session.listens.stop = false;
    session.drop('stop');
    await page.getByText('cannot reach the robot host').waitFor();
    await page.keyboard.press('Control+.');
    await inStrip('The stop was NOT delivered').waitFor();
    await page.getByText('Use the red hardware button', { exact: false }).first().waitFor();
    const beats = session.count('control', 'beat');
    await page.waitForTimeout(700);
    // One beat may have been on its way.
    expect(session.count('control', 'beat') - beats).toBeLessThanOrEqual(1);
    session.listens.stop = true;
    await eventually(stops).toBe(1);
    const after = session.heard.findLastIndex(({ socket, name }) => socket === 'stop' && name === 'hello');
    expect(session.heard.slice(after + 1).find(({ socket }) => socket === 'stop')?.name).toBe('stop');
    await inStrip('Nothing moves').waitFor();
    await eventually(() => session.count('control', 'beat') > beats + 5).toBe(true);
  });

  it('counts a stop that is not answered as not delivered, and says it again on a new link', async () => {
    session.stopAnswerMs = null;
    await openWithCell();
    await page.keyboard.press('Control+.');
    await inStrip('The stop was NOT delivered').waitFor();
    await eventually(() => stops() >= 2).toBe(true);
    session.stopAnswerMs = 0;
    await inStrip('Nothing moves').waitFor();
  });
});

describe('control', () => {
  it('is taken by itself when it is free, and beats ten times a second', async () => {
    await openWithCell();
    await eventually(() => session.count('control', 'takeLease')).toBe(1);
    await inStrip('Control: This window').waitFor();
    const beats = session.heard.filter(({ name }) => name === 'beat').map(({ params }) => params);
    expect(beats).toContainEqual({ visible: true });
    await eventually(() => session.count('control', 'beat') > 20).toBe(true);
  });

  it('is left to whoever holds it', async () => {
    session.status = { ...READY, lease: { client: 'another-window', name: 'the other console' } };
    await openWithCell();
    await inStrip('Control: the other console').waitFor();
    expect(session.count('control', 'takeLease')).toBe(0);
    await page.getByRole('button', { name: 'Take control' }).click();
    await eventually(() => session.count('control', 'takeLease')).toBe(1);
  });

  it('does not say what the arm does when the robot host is gone', async () => {
    await openWithCell();
    session.listens.control = false;
    session.drop('control');
    await inStrip('Not known what the arm does').waitFor();
    session.listens.control = true;
    await inStrip('Nothing moves').waitFor();
  });

  it('follows the session from cell to cell, and to none', async () => {
    await openWithCell();
    session.tell(NO_CELL);
    await inStrip('No cell is open').waitFor();
    await page.keyboard.press('Control+.');
    await page.getByText('there was nothing to stop', { exact: false }).waitFor();
    expect(stops()).toBe(0);
    session.openCell({ id: 'episode-2' });
    await inStrip('Nothing moves').waitFor();
    await page.keyboard.press('Control+.');
    await eventually(stops).toBe(1);
  });
});

describe('reset', () => {
  it('names each stop, asks to look first, and clears one at a time', async () => {
    await openWithCell();
    await inStrip('Control: This window').waitFor();
    session.tellStatus({
      stops: [
        { id: 'stop-1', source: 'operator', detail: 'Ctrl+.', atS: 12.3, restConfirmed: true },
        { id: 'stop-2', source: 'window', detail: 'no beat for 0.31 s', atS: 12.9, restConfirmed: false },
      ],
    });
    await inStrip('Stopped: window fell silent at 12.9 s; rest NOT confirmed').waitFor();
    await page.getByRole('button', { name: 'Reset…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Reset 2 stops, one by one' });
    await dialog.getByRole('button', { name: 'Reset stop-1' }).click({ force: true });
    expect(session.count('control', 'reset')).toBe(0);
    for (const box of await dialog.getByRole('checkbox').all()) await box.check();
    await dialog.getByRole('button', { name: 'Reset stop-2' }).click();
    await eventually(() => session.count('control', 'reset')).toBe(1);
    expect(session.heard.find(({ name }) => name === 'reset')?.params).toEqual({ stopId: 'stop-2' });
    // The one that is left is a reason to look again.
    const left = page.getByRole('dialog', { name: 'Reset the stop' });
    await left.getByRole('button', { name: 'Reset stop-1' }).click({ force: true });
    expect(session.count('control', 'reset')).toBe(1);
    for (const box of await left.getByRole('checkbox').all()) await box.check();
    await left.getByRole('button', { name: 'Reset stop-1' }).click();
    await inStrip('Nothing moves').waitFor();
    await eventually(() => page.getByRole('dialog').count()).toBe(0);
  });
});
