// The operator's answers in a real browser: what a press means, for which card, and what is never taken for one.

import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ConsoleProposal } from '../../electron/ipc/console-contract.ts';
import { SETTLE_MS } from '../../renderer/panels/approval/card-guard.ts';
import { CHECK, PREVIEW, PROPOSAL } from '../unit/story-samples.ts';
import { launchChromium } from './chromium-page.ts';
import { type BuiltConsole, builtConsole } from './console-build.ts';
import { ConsolePage, eventually } from './console-page.ts';

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

const open = async (
  ...more: Parameters<typeof ConsolePage.open> extends [Browser, string, ...infer Rest] ? Rest : never
) => {
  window = await ConsolePage.open(browser, built.folder, ...more);
  return window;
};

const asks = (some: Partial<ConsoleProposal> = {}): ConsoleProposal => ({ ...PROPOSAL, ...some });
const approve = () => window.page.getByRole('button', { name: /^Approve/ });

describe('a card', () => {
  it('shows facts, and the claim apart from them', async () => {
    await open();
    await window.ask(
      asks({
        preview: { ...PREVIEW, softExcesses: [{ limit: 'maxCalls', value: 600, soft: 500, where: 'at the end' }] },
      }),
    );
    const card = window.card(0);
    await card.getByText('Preview passed').waitFor();
    expect(await card.getByText('6.2').count()).toBe(1);
    expect(await card.getByText('To approve is to allow, for this block only').count()).toBe(1);
    expect(await card.getByText('calls: 600, over the soft limit 500: at the end').count()).toBe(1);
    const claim = card.locator('section', { hasText: 'a claim, not a fact' });
    expect(await claim.getByText('I lift the red cube.').count()).toBe(1);
  });

  it('is approved by its chord, with the mode that is chosen and exactly what was shown', async () => {
    await open();
    await window.ask(asks());
    await window.page.getByRole('radio', { name: 'Step' }).check();
    await window.page.getByRole('checkbox', { name: /Pause at the first unknown line/ }).check();
    await window.settled();
    await window.page.keyboard.press('Control+Enter');
    await eventually(() => window.sent('decide')).toEqual([
      {
        proposalId: PROPOSAL.id,
        sha256: PROPOSAL.sha256,
        decision: { kind: 'approve', mode: 'step', speedScale: 0.5, pauseAtUnknown: true },
      },
    ]);
  });

  it('is never approved by a bare Enter or Space, nor by a chord in a text field', async () => {
    await open();
    await window.ask(asks());
    await window.settled();
    expect(await approve().evaluate((button) => button === document.activeElement)).toBe(false);
    await approve().focus();
    await window.page.keyboard.press('Enter');
    await window.page.keyboard.press('Space');
    await window.page.getByText('Enter alone never does').waitFor();
    await window.page.getByRole('button', { name: 'Edit', exact: true }).last().click();
    await window.page.getByRole('textbox', { name: /Block 1, being edited/ }).waitFor();
    await window.page.getByRole('textbox', { name: 'Instruction' }).focus();
    await window.page.keyboard.press('Control+Enter');
    expect(window.decisions()).toEqual([]);
    // The button itself still takes the chord.
    await approve().focus();
    await window.page.keyboard.press('Control+Enter');
    await eventually(() => window.decisions().length).toBe(1);
  });

  it('that took the place of another takes no press for half a second', async () => {
    await open({}, 'held');
    await window.ask(asks());
    await window.page.clock.pauseAt(Date.now() + 60_000);
    window.session.tell({ proposal: asks({ id: 'question-2', block: 1, sha256: 'b'.repeat(64) }) });
    await window.card(1).waitFor();
    await window.page.keyboard.press('Control+Enter');
    await window.page.getByText('The card changed as you pressed.').waitFor();
    await approve().dispatchEvent('click');
    expect(window.decisions()).toEqual([]);
    await window.page.clock.runFor(SETTLE_MS + 50);
    await window.page.keyboard.press('Control+Enter');
    await eventually(() => window.sent('decide')).toMatchObject([{ proposalId: 'question-2' }]);
  });

  it('whose preview changes under the pointer is another card', async () => {
    await open({}, 'held');
    await window.ask(asks());
    await window.page.clock.pauseAt(Date.now() + 60_000);
    const box = (await approve().boundingBox())!;
    await window.page.mouse.move(box.x + 10, box.y + 10);
    await window.page.mouse.down();
    window.session.tell({ proposal: asks({ preview: { ...PREVIEW, previewId: 'preview-2', durationS: 60 } }) });
    await window.card(0).getByText('60.0').waitFor();
    await window.page.mouse.up();
    await window.page.clock.runFor(1000);
    expect(window.decisions()).toEqual([]);
  });
});

describe('what was not previewed well', () => {
  const failed = {
    ...PREVIEW,
    outcome: 'failed',
    failure: { code: 'X', stage: 'motion', message: 'link5 touched table.' },
  } as const;

  it('is approved only after that was said plainly', async () => {
    await open();
    await window.ask(asks({ preview: failed }));
    await window.settled();
    await window.card(0).getByText('link5 touched table.').waitFor();
    await window.page.keyboard.press('Control+Enter');
    expect(await approve().getAttribute('aria-disabled')).toBe('true');
    await window.page.getByRole('checkbox', { name: /I have read why the preview failed/ }).check();
    await approve().getByText('Approve although it failed').waitFor();
    await window.page.keyboard.press('Control+Enter');
    await eventually(() => window.decisions().length).toBe(1);
  });

  it('says so for one card, not for the next', async () => {
    await open();
    await window.ask(asks({ preview: failed }));
    await window.page.getByRole('checkbox', { name: /I have read why the preview failed/ }).check();
    await window.ask(asks({ id: 'question-2', block: 1, preview: failed }));
    const box = window.page.getByRole('checkbox', { name: /I have read why the preview failed/ });
    expect(await box.isChecked()).toBe(false);
  });

  it('on a real arm is not approved at all', async () => {
    await open();
    window.session.openCell({ robotKind: 'real' });
    await window.ask(asks({ preview: null }));
    await window.settled();
    await window.page.getByRole('checkbox', { name: /I know that nothing was previewed/ }).check();
    expect(await approve().getAttribute('aria-disabled')).toBe('true');
  });

  it('stale, is renewed before it can be approved', async () => {
    await open();
    await window.ask(asks({ stale: 'The robot has moved since the preview' }));
    await window.card(0).getByText('The robot has moved since the preview. What the card says').waitFor();
    await window.page.keyboard.press('Control+Enter');
    expect(await approve().getAttribute('aria-disabled')).toBe('true');
    await window.page.getByRole('button', { name: 'Renew preview' }).click();
    await eventually(() => window.sent('renewPreview')).toEqual([{ proposalId: PROPOSAL.id, speedScale: 0.5 }]);
    await window.ask(asks({ id: 'question-2' }));
    await window.settled();
    await window.page.keyboard.press('Control+Enter');
    await eventually(() => window.sent('decide')).toMatchObject([{ proposalId: 'question-2' }]);
    expect(window.decisions()).toHaveLength(1);
  });

  it('at another speed is previewed anew at that speed', async () => {
    await open();
    await window.ask(asks());
    await window.page.getByRole('combobox', { name: 'Speed' }).selectOption('25');
    await eventually(() => window.sent('renewPreview')).toEqual([{ proposalId: PROPOSAL.id, speedScale: 0.25 }]);
  });
});

describe('a rejection', () => {
  it('takes a comment and the findings that were ticked', async () => {
    await open();
    const findings = [
      { critic: 'release height', message: 'It is let go too high.', line: 3, timeS: 2 },
      { critic: 'gentle approach', message: 'It comes fast.', timeS: 1 },
    ];
    await window.ask(asks({ preview: { ...PREVIEW, findings } }));
    await window.page.getByRole('checkbox', { name: /It is let go too high/ }).check();
    await window.page.keyboard.press('Alt+r');
    const comment = window.page.getByRole('textbox', { name: /Why it is rejected/ });
    await comment.fill('lower, please');
    await comment.press('Control+Enter');
    await eventually(() => window.decisions()).toEqual([
      { kind: 'reject', comment: 'lower, please', findings: ['line 3: It is let go too high.'] },
    ]);
  });

  it('is put off with Esc, and its words are kept', async () => {
    await open();
    await window.ask(asks());
    await window.page.getByRole('button', { name: 'Reject…' }).click();
    await window.page.getByRole('textbox', { name: /Why it is rejected/ }).fill('hm');
    await window.page.keyboard.press('Escape');
    await window.page.getByRole('button', { name: 'Reject…' }).click();
    expect(await window.page.getByRole('textbox', { name: /Why it is rejected/ }).inputValue()).toBe('hm');
    expect(window.decisions()).toEqual([]);
  });
});

describe('an edit', () => {
  it('is offered, and what comes back can be approved', async () => {
    await open();
    await window.ask(asks());
    await window.page.keyboard.press('Control+Shift+E');
    const editor = window.page.getByRole('textbox', { name: 'Block 1, being edited' });
    await editor.waitFor();
    await editor.press('Control+a');
    await window.page.keyboard.type('await homePose();');
    await window.page.keyboard.press('Control+Enter');
    await eventually(() => window.decisions()).toEqual([{ kind: 'edit', source: 'await homePose();' }]);
    const next = asks({ id: 'question-2', source: 'await homePose();', sha256: 'b'.repeat(64), origin: 'edited' });
    await window.ask(next);
    await window.page.getByRole('textbox', { name: 'Block 1', exact: true }).waitFor();
    await window.card(0).getByRole('heading').first().click();
    await window.settled();
    await window.page.evaluate(() => (document.activeElement as HTMLElement).blur());
    await window.page.keyboard.press('Control+Enter');
    await eventually(() => window.sent('decide').at(-1)).toMatchObject({
      proposalId: 'question-2',
      sha256: 'b'.repeat(64),
    });
  });

  it('that was refused is shown with what is wrong, and its text stays open', async () => {
    await open();
    await window.ask(asks());
    const diagnostic = {
      line: 1,
      column: 7,
      endLine: 1,
      endColumn: 14,
      severity: 'error',
      code: 'TS2304',
      hint: '',
    } as const;
    const check = { ...CHECK, ok: false, diagnostics: [{ ...diagnostic, message: "Cannot find name 'gotoPos'." }] };
    await window.ask(asks({ id: 'question-2', refusedEdit: { source: 'await gotoPos();', check } }));
    await window.card(0).getByText("Cannot find name 'gotoPos'.").waitFor();
    const editor = window.page.getByRole('textbox', { name: 'Block 1, being edited' });
    await editor.waitFor();
    await eventually(() => editor.textContent()).toContain('await gotoPos();');
    // The card is about the program that stands, and can be approved as it is.
    await window.settled();
    await approve().click();
    await eventually(() => window.sent('decide')).toMatchObject([
      { proposalId: 'question-2', sha256: PROPOSAL.sha256 },
    ]);
  });

  it('survives a reload of the window', async () => {
    await open();
    await window.ask(asks());
    await window.page.keyboard.press('Control+Shift+E');
    const editor = window.page.getByRole('textbox', { name: 'Block 1, being edited' });
    await editor.waitFor();
    await editor.press('Control+a');
    await window.page.keyboard.type('// mine');
    await window.page.reload();
    await editor.waitFor();
    await eventually(() => editor.textContent()).toContain('// mine');
    expect(window.decisions()).toEqual([]);
  });
});

describe('a window without control', () => {
  it('says who holds it, decides nothing, and offers to take it', async () => {
    await open();
    await window.ask(asks());
    window.session.tellStatus({ lease: { client: 'somebody-else', name: 'bench laptop' } });
    await window.card(0).getByText('bench laptop holds control.').waitFor();
    expect(await approve().count()).toBe(0);
    await window.page.keyboard.press('Control+Enter');
    await window.page.keyboard.press('Alt+r');
    expect(await window.page.getByRole('textbox', { name: /Why it is rejected/ }).count()).toBe(0);
    expect(window.decisions()).toEqual([]);
    await window.card(0).getByRole('button', { name: 'Take control' }).click();
    await approve().waitFor();
  });
});

describe('a program that is held back', () => {
  const waits = (some: object) => ({
    kind: 'step',
    what: 'move to 0.50, 0.00, 0.40',
    commandId: 'c1',
    call: 'gotoPose',
    line: 2,
    ...some,
  });

  async function runs(pace: object) {
    await open();
    window.session.tell({ phase: 'running' });
    window.session.tellStatus({
      driver: 'program',
      running: { block: 0, name: 'block-1', sinceS: 1, call: { name: 'gotoPose', line: 2 } },
      pace: { mode: 'run', pausing: false, waiting: null, ...pace } as never,
    });
    await window.page.getByRole('article', { name: 'Block 1 runs' }).waitFor();
  }
  const controls = (name: string) =>
    window.session.heard.filter((one) => one.socket === 'control' && one.name === name).map(({ params }) => params);

  it('shows the next motion, and lets one happen for each press', async () => {
    await runs({ mode: 'step', waiting: waits({}) });
    await window.page.getByText('move to 0.50, 0.00, 0.40').waitFor();
    await window.page.keyboard.press('Alt+s');
    await eventually(() => controls('step')).toEqual([{ commandId: 'c1' }]);
    // A key that is still down does not let the next one happen.
    await window.page.keyboard.down('Alt');
    await window.page.keyboard.down('s');
    await eventually(() => controls('step').length).toBe(2);
    window.session.tellStatus({
      pace: { mode: 'step', pausing: false, waiting: waits({ commandId: 'c2', what: 'open the gripper' }) } as never,
    });
    await window.page.getByText('open the gripper').waitFor();
    await window.page.keyboard.down('s');
    await window.page.getByText('What the program waits for has just changed').waitFor();
    await window.page.keyboard.up('s');
    await window.page.keyboard.up('Alt');
    expect(controls('step')).toHaveLength(2);
    await window.page.getByRole('button', { name: /^Step/ }).last().click();
    await eventually(() => controls('step').at(-1)).toEqual({ commandId: 'c2' });
  });

  it('pauses, goes on, or ends', async () => {
    await runs({});
    await window.page.keyboard.press('Alt+p');
    await eventually(() => controls('pause').length).toBe(1);
    window.session.tellStatus({
      driver: 'nobody',
      pace: {
        mode: 'run',
        pausing: false,
        waiting: waits({ kind: 'pause', what: 'operator paused it', commandId: null }),
      } as never,
    });
    await window.page.getByText('operator paused it').waitFor();
    await window.page.getByRole('button', { name: /^Go on/ }).click();
    await eventually(() => controls('goOn').length).toBe(1);
    await window.page.getByRole('button', { name: 'End the program' }).click();
    await eventually(() => controls('endProgram').length).toBe(1);
  });

  it('moves while the switch is held, and says once that it was let go', async () => {
    await runs({
      mode: 'hold',
      waiting: waits({ kind: 'hold', what: 'hold the switch down to begin', commandId: null }),
    });
    const button = window.page.getByRole('button', { name: 'Hold to run' });
    await button.hover();
    await window.page.mouse.down();
    await eventually(() => controls('hold').length).toBeGreaterThan(3);
    expect(controls('hold')).not.toContainEqual({ down: false });
    await window.page.mouse.up();
    await eventually(() => controls('hold').at(-1)).toEqual({ down: false });
    expect(controls('hold').filter((params) => Reflect.get(params as object, 'down') === false)).toHaveLength(1);
    await window.page.keyboard.down('Alt');
    await window.page.keyboard.down('h');
    await eventually(() => controls('hold').at(-1)).toEqual({ down: true });
    await window.page.evaluate(() => dispatchEvent(new Event('blur')));
    await eventually(() => controls('hold').at(-1)).toEqual({ down: false });
    await window.page.keyboard.up('h');
    await window.page.keyboard.up('Alt');
  });
});
