// What panels decide without a page: tabs of programs, when a card can be approved, what the box is for, and how arriving
// words are cut into blocks.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ConsoleState } from '../../electron/ipc/console-contract.ts';
import { cardIdentity, whyNotApprove } from '../../renderer/panels/approval/approval-rules.ts';
import { boxMode, withName } from '../../renderer/panels/conversation/box-mode.ts';
import { cutForBlock } from '../../renderer/panels/conversation/words-canvas.ts';
import { apiWords, exportsOf, wordAt } from '../../renderer/panels/program/api-words.ts';
import { currentTab, programTabs, QUESTION_TAB } from '../../renderer/panels/program/program-tabs.ts';
import { block, message, PREVIEW, PROPOSAL, SOURCE } from './story-samples.ts';

const named = (number: number, attempt: number, source: string, some = {}) =>
  block({
    block: number,
    attempt,
    program: message('/program', 0, { block: number, source, sha256: '', origin: 'model' }) as never,
    ...some,
  });
const result = (outcome: 'succeeded' | 'failed') => message('/result', 1, { scope: 'block', outcome }) as never;

describe('tabs', () => {
  test('the open question and its attempt in the story are one tab', () => {
    const tabs = programTabs({ blocks: [named(0, 0, SOURCE)] }, PROPOSAL);
    expect(tabs.map(({ id, state }) => [id, state])).toEqual([[QUESTION_TAB, 'asked']]);
  });

  test('an edit shows what it replaced', () => {
    const edited = { ...PROPOSAL, source: 'edited' };
    const tabs = programTabs({ blocks: [named(0, 0, SOURCE)] }, edited);
    expect(tabs.map(({ title }) => title)).toEqual(['Block 1', 'Block 1, second attempt']);
    expect(tabs[1].before).toBe(SOURCE);
  });

  test('in front stands the question, else what runs at the instant, else the first', () => {
    const ran = named(0, 0, 'a', { startS: 0, endS: 2, result: result('succeeded') });
    const later = named(1, 0, 'b', { startS: 3, endS: 5, result: result('failed') });
    const tabs = programTabs({ blocks: [ran, later] }, null);
    expect(tabs.map(({ state }) => state)).toEqual(['succeeded', 'failed']);
    expect(currentTab(tabs, 1)?.source).toBe('a');
    expect(currentTab(tabs, 4)?.source).toBe('b');
    expect(currentTab(tabs, -1)?.source).toBe('a');
    expect(currentTab(programTabs({ blocks: [ran] }, { ...PROPOSAL, block: 1 }), 1)?.id).toBe(QUESTION_TAB);
  });
});

describe('approving', () => {
  const sight = {
    proposal: PROPOSAL,
    robotKind: 'simulated',
    withoutControl: undefined,
    acceptsFailure: false,
    isSent: false,
  } as const;

  test('is possible for a preview that passed, and once', () => {
    expect(whyNotApprove(sight)).toBeUndefined();
    expect(whyNotApprove({ ...sight, isSent: true })).toBeDefined();
    expect(whyNotApprove({ ...sight, proposal: null })).toBeDefined();
    expect(whyNotApprove({ ...sight, withoutControl: 'bench laptop holds control' })).toBe(
      'bench laptop holds control',
    );
  });

  test('is not possible for a stale preview, whatever was ticked', () => {
    expect(whyNotApprove({ ...sight, acceptsFailure: true, proposal: { ...PROPOSAL, stale: 'moved' } })).toBeDefined();
  });

  test('another preview, program or reason makes another card', () => {
    const cards = [
      PROPOSAL,
      { ...PROPOSAL, id: 'question-2' },
      { ...PROPOSAL, sha256: 'b'.repeat(64) },
      { ...PROPOSAL, preview: { ...PREVIEW, previewId: 'preview-2' } },
      { ...PROPOSAL, stale: 'moved' },
    ];
    expect(new Set(cards.map(cardIdentity)).size).toBe(cards.length);
  });
});

describe('the box', () => {
  const state = (phase: ConsoleState['phase'], kind: 'expert' | 'operator' = 'expert') =>
    ({ phase, cell: { instruction: 'Lift it.', choice: { writer: { kind } } } }) as ConsoleState;

  test('takes an instruction, a remark or nothing, by what is under way', () => {
    expect(boxMode(state('idle'), undefined)).toMatchObject({ kind: 'instruct', placeholder: 'Lift it.' });
    expect(boxMode(state('running'), undefined).kind).toBe('remark');
    expect(boxMode(state('asking'), undefined).kind).toBe('closed');
    expect(boxMode(state('stopped'), undefined).kind).toBe('closed');
    expect(boxMode(state('idle', 'operator'), undefined).kind).toBe('closed');
    expect(boxMode(state('idle'), 'no control')).toEqual({ kind: 'closed', why: 'no control' });
    expect(boxMode(undefined, undefined).kind).toBe('closed');
  });

  test('puts a name in at the caret with the spaces it needs', () => {
    expect(withName('lift the', 8, 'red cube')).toEqual({ text: 'lift the red cube', caret: 17 });
    expect(withName('lift the  gently', 9, 'red cube').text).toBe('lift the red cube gently');
    expect(withName('', 0, 'bowl')).toEqual({ text: 'bowl', caret: 4 });
    expect(withName('x', 0, 'bowl').text).toBe('bowl x');
  });
});

describe('arriving words', () => {
  test('are cut without losing one, into blocks of bounded length (random)', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 20_000 }), fc.nat({ max: 7999 }), (piece, length) => {
        const [now, later] = cutForBlock(piece, length);
        expect(now + later).toBe(piece);
        expect(now.length + length).toBeLessThanOrEqual(8000);
      }),
    );
  });

  test('are cut at the end of a line where there is one', () => {
    const piece = `${'a'.repeat(4100)}\nb`;
    expect(cutForBlock(piece, 0)).toEqual([`${'a'.repeat(4100)}\n`, 'b']);
  });
});

describe('the words of the API', () => {
  const declarations = [
    'export type Vec3 = [x: number, y: number, z: number];',
    '/** a + b. */',
    'export declare function add(a: Vec3, b: Vec3): Vec3;',
    '/**',
    ' * Half a turn.',
    ' * About z.',
    ' */',
    'export declare const TURN: number;',
  ].join('\n');

  test('are read from the declarations of a module', () => {
    expect(exportsOf('capstan:math', declarations)).toMatchObject([
      { name: 'Vec3', kind: 'type', documentation: '' },
      { name: 'add', kind: 'function', documentation: 'a + b.', signature: 'function add(a: Vec3, b: Vec3): Vec3' },
      { name: 'TURN', kind: 'constant', documentation: 'Half a turn.\nAbout z.' },
    ]);
  });

  test('are found by the name the program uses', () => {
    const words = apiWords(
      {
        version: '1',
        functions: [{ name: 'homePose', signature: 'homePose()', documentation: 'Goes home.', risk: 'move' }],
        modules: [{ specifier: 'capstan:math', declarations }],
      },
      ['red cube'],
    );
    const source = "import { add as plus } from 'capstan:math';\nawait homePose();";
    expect(wordAt('plus', source, words)?.name).toBe('add');
    expect(wordAt('homePose', source, words)?.documentation).toBe('Goes home.');
    expect(wordAt('add', source, words)).toBeUndefined();
    expect(words.objects.map(({ name }) => name)).toEqual(['red cube']);
  });
});
