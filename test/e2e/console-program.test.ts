// The program panel and the conversation in a real browser: writing with the API's help, what the check says, and words
// that reach the author.

import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CHECK, PROPOSAL } from '../unit/story-samples.ts';
import { launchChromium } from './chromium-page.ts';
import { type BuiltConsole, builtConsole } from './console-build.ts';
import { ConsolePage, eventually } from './console-page.ts';
import type { ScriptedSession } from './scripted-session.ts';

let built: BuiltConsole;
let browser: Browser;
let window: ConsolePage;

beforeAll(async () => {
  [browser, built] = await Promise.all([launchChromium(), builtConsole()]);
});

afterAll(async () => {
  await browser?.close();
  built?.dispose();
});

afterEach(async () => {
  await window.close();
});

type Answers = NonNullable<ConstructorParameters<typeof ScriptedSession>[1]>;

const API: Answers['api'] = async () => ({
  version: '1.0/S1/1-arm',
  functions: [
    {
      name: 'gotoPose',
      signature: 'gotoPose(position: Vec3, quatWxyz: Quat): Promise<MotionResult>',
      documentation: 'Moves the fingertip to a pose.',
      risk: 'move',
    },
    { name: 'getObjectPose', signature: 'getObjectPose(name: string)', documentation: 'Where it is.', risk: 'look' },
  ],
  modules: [
    {
      specifier: 'capstan:math',
      declarations: '/** a + b. */\nexport declare function add(a: Vec3, b: Vec3): Vec3;\n',
    },
  ],
});

async function ownProgram(answers: Answers = {}) {
  window = await ConsolePage.open(browser, built.folder, { api: API, ...answers });
  await window.page.getByRole('button', { name: 'Write a program' }).click();
  const editor = window.page.getByRole('textbox', { name: 'Own program, being edited' });
  await editor.waitFor();
  await editor.click();
  return editor;
}

describe('a program of the operator', () => {
  it('is checked while it is written, and what is wrong leads to its line', async () => {
    const diagnostic = {
      line: 2,
      column: 7,
      endLine: 2,
      endColumn: 14,
      severity: 'error',
      code: 'TS2304',
      hint: '',
    } as const;
    const editor = await ownProgram({
      check: async ({ source }) =>
        source.includes('gotoPos(')
          ? { ...CHECK, ok: false, diagnostics: [{ ...diagnostic, message: "Cannot find name 'gotoPos'." }] }
          : CHECK,
    });
    await editor.fill('// first\nawait gotoPos();');
    const found = window.page.getByRole('button', { name: /1 error; line 2: Cannot find name 'gotoPos'/ });
    await found.waitFor();
    await eventually(() => window.page.locator('.cm-lintRange-error').count()).toBe(1);
    await editor.fill('// first');
    await window.page.getByText('The check finds nothing so far').waitFor();
  });

  it('is offered by the chord, and by nothing else', async () => {
    const editor = await ownProgram();
    await editor.fill('await homePose();');
    await editor.press('Enter');
    expect(window.sent('submit')).toEqual([]);
    await editor.press('Control+Enter');
    await eventually(() => window.sent('submit')).toEqual([{ source: 'await homePose();\n' }]);
  });

  it('is written with the names of the API, of modules and of objects', async () => {
    const editor = await ownProgram();
    await window.page.keyboard.type('gotoP');
    await window.page.getByRole('option', { name: 'gotoPose' }).waitFor();
    await window.page.getByText('Moves the fingertip to a pose.').waitFor();
    await window.page.keyboard.press('Escape');
    await editor.fill("getObjectPose('re");
    await editor.press('End');
    await editor.press('Control+Space');
    await window.page.getByRole('option', { name: 'red cube' }).waitFor();
    await window.page.keyboard.press('Escape');
    await editor.fill("import { ad } from 'capstan:math';");
    await editor.press('Home');
    for (let step = 0; step < 'import { ad'.length; step++) await editor.press('ArrowRight');
    await editor.press('Control+Space');
    await window.page.getByRole('option', { name: 'add' }).waitFor();
  });

  it('tells what a function is, under the pointer', async () => {
    const editor = await ownProgram();
    await editor.fill('await gotoPose();');
    await window.page.getByText('gotoPose', { exact: true }).first().hover();
    await window.page.getByText('Promise<MotionResult>').waitFor();
  });

  it('survives a reload', async () => {
    const editor = await ownProgram();
    await editor.fill('// half a thought');
    await window.page.reload();
    await eventually(() => editor.textContent()).toContain('// half a thought');
  });

  it('lets the stop keys through', async () => {
    await ownProgram();
    await window.page.keyboard.press('Control+.');
    await eventually(() => window.session.count('stop', 'stop')).toBe(1);
  });
});

describe('a program that is asked about', () => {
  it('shows what the preview knew of each line, and cannot be changed by accident', async () => {
    window = await ConsolePage.open(browser, built.folder);
    await window.ask({
      ...PROPOSAL,
      preview: {
        ...PROPOSAL.preview!,
        lines: [
          { line: 1, knowledge: 'exact' },
          { line: 2, knowledge: 'predicted' },
        ],
      },
    });
    const editor = window.page.getByRole('textbox', { name: 'Block 1', exact: true });
    await editor.waitFor();
    await eventually(() => window.page.getByTitle(/^Predicted:/).count()).toBe(1);
    await editor.click();
    await window.page.keyboard.type('x');
    expect(await editor.textContent()).not.toContain('x;');
    expect(await editor.getAttribute('aria-readonly')).toBe('true');
  });

  it('is compared with the one before it', async () => {
    window = await ConsolePage.open(browser, built.folder);
    await window.ask({ ...PROPOSAL, block: 1, previous: { source: 'await homePose();', preview: null } });
    await window.page.getByRole('button', { name: 'Compare' }).click();
    await eventually(() => window.page.locator('.cm-deletedChunk').textContent()).toContain('await homePose();');
    await window.page.getByRole('button', { name: 'Compare' }).click();
    await eventually(() => window.page.locator('.cm-deletedChunk').count()).toBe(0);
  });

  it('leads from the card to its line', async () => {
    window = await ConsolePage.open(browser, built.folder);
    await window.ask(PROPOSAL);
    await window.card(0).getByRole('button', { name: 'Show line 3' }).click();
    await eventually(() => window.page.locator('.cm-activeLine').textContent()).toBe('await closeGripper();');
  });
});

describe('the box of the conversation', () => {
  it('sends with Enter, begins a line with Shift+Enter, and names objects', async () => {
    window = await ConsolePage.open(browser, built.folder);
    const box = window.page.getByRole('textbox', { name: 'Instruction' });
    await box.fill('lift the');
    await window.page.getByRole('button', { name: 'Name red cube' }).click();
    await eventually(() => box.inputValue()).toBe('lift the red cube');
    await box.press('Shift+Enter');
    await box.pressSequentially('gently');
    expect(window.sent('instruct')).toEqual([]);
    await box.press('Enter');
    await eventually(() => window.sent('instruct')).toEqual([{ text: 'lift the red cube\ngently' }]);
    expect(await box.inputValue()).toBe('');
  });

  it('takes remarks while a program runs, and nothing while a question is open', async () => {
    window = await ConsolePage.open(browser, built.folder);
    window.session.tell({ phase: 'running' });
    const box = window.page.getByRole('textbox', { name: 'Remark' });
    await box.fill('slower');
    await box.press('Enter');
    await eventually(() => window.sent('remark')).toEqual([{ text: 'slower' }]);
    await window.ask(PROPOSAL);
    const closed = window.page.getByRole('textbox', { name: 'Instruction' });
    await closed.focus();
    await window.page.keyboard.type('more');
    await window.page.keyboard.press('Enter');
    expect(await closed.inputValue()).toBe('');
    expect(window.sent('instruct')).toEqual([]);
  });

  it('gives back words that could not be sent', async () => {
    window = await ConsolePage.open(browser, built.folder, {
      instruct: async () => {
        throw new Error('The session is busy.');
      },
    });
    const box = window.page.getByRole('textbox', { name: 'Instruction' });
    await box.fill('lift it');
    await box.press('Enter');
    await window.page.getByText('The session is busy.').waitFor();
    await eventually(() => box.inputValue()).toBe('lift it');
  });
});

describe('a model that writes two megabytes', () => {
  const words = () => window.page.getByTestId('arriving-words');
  const length = () => words().evaluate((place) => place.textContent?.length ?? 0);
  const distanceFromEnd = () =>
    window.page
      .getByRole('log', { name: 'Conversation' })
      .evaluate((box) => box.scrollHeight - box.scrollTop - box.clientHeight);

  it('is read to its end, leaves its reader alone, and never holds up a stop', async () => {
    window = await ConsolePage.open(browser, built.folder);
    window.session.tell({ phase: 'writing', turn: { number: 1, of: 10 } });
    const line = 'The red cube stands left of the green one, and a bowl stands behind both of them.\n';
    const piece = { purpose: 'program', turn: 1, kind: 'text', text: line.repeat(50) } as const;
    const pieces = Math.ceil(2_000_000 / piece.text.length);
    for (let sent = 0; sent < pieces / 2; sent++) window.session.emit('modelPiece', piece);
    await eventually(length).toBe(Math.ceil(pieces / 2) * piece.text.length);
    await eventually(distanceFromEnd).toBeLessThan(40);
    await window.page.getByRole('log', { name: 'Conversation' }).hover();
    await window.page.mouse.wheel(0, -2000);
    await window.page.getByRole('button', { name: 'To the newest' }).waitFor();
    for (let sent = Math.ceil(pieces / 2); sent < pieces; sent++) window.session.emit('modelPiece', piece);
    await window.page.keyboard.press('Control+.');
    await eventually(() => window.session.count('stop', 'stop')).toBe(1);
    await eventually(length).toBe(pieces * piece.text.length);
    expect(await distanceFromEnd()).toBeGreaterThan(1000);
    await window.page.getByRole('button', { name: 'To the newest' }).click();
    await eventually(distanceFromEnd).toBeLessThan(40);
    // A reply that begins anew voids what was there.
    window.session.emit('modelPiece', { ...piece, kind: 'restart', text: '' });
    window.session.emit('modelPiece', { ...piece, text: 'Again.' });
    await eventually(() => words().textContent()).toBe('Again.');
  });
});
