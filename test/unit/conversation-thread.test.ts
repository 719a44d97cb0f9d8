// The conversation is made from the story alone, in the order of what happened.

import { describe, expect, test } from 'vitest';
import { budgetRows } from '../../renderer/panels/conversation/budget-words.ts';
import { PieceLog } from '../../renderer/panels/conversation/piece-log.ts';
import { newlyTold, picturesOf, replyParts, threadOf } from '../../renderer/panels/conversation/thread.ts';
import { block, message, story } from './story-samples.ts';

const budget = { costUsd: 0, unpricedCalls: 0, calls: 0, tokens: 0, turns: 0, wallS: 0, caps: {} };
const turn = (event: string, number: number, more: object = {}) =>
  message('/turn', 0, { event, turn: number, budget, ...more }) as never;
const model = (callNumber: number) =>
  message('/model', 0, {
    call: callNumber,
    purpose: 'program',
    model: 'x',
    images: [],
    request: { messages: [] },
  }) as never;

describe('the thread', () => {
  test('puts what happened into its turn, and the rest between turns', () => {
    const before = block({ block: 0 });
    const started = turn('started', 1);
    const asked = model(0);
    const replied = turn('replied', 1, { decision: 'program' });
    const written = block({ block: 1 });
    const ended = turn('ended', 1, { outcome: 'finished', message: 'done' });
    const after = block({ block: 2 });
    const thread = threadOf(
      story({ blocks: [before, written, after], models: [asked], turns: [started, replied, ended] }),
    );
    expect(thread.map(({ kind }) => kind)).toEqual(['block', 'turn', 'turns-ended', 'block']);
    expect(thread[1]).toMatchObject({ turn: 1, decision: 'program' });
    const items = thread[1].kind === 'turn' ? thread[1].items : [];
    expect(items.map(({ kind }) => kind)).toEqual(['model', 'block']);
  });

  test('gives every entry a key of its own, also over two instructions', () => {
    const turns = [turn('started', 1), turn('ended', 1), turn('started', 1)];
    const keys = threadOf(story({ turns })).map(({ key }) => key);
    expect(new Set(keys).size).toBe(3);
  });

  test('is not upset by a recording that begins in the middle', () => {
    expect(threadOf(story({ turns: [turn('replied', 3), turn('ended', 3)] })).map(({ kind }) => kind)).toEqual([
      'turns-ended',
    ]);
  });
});

describe('a reply', () => {
  test('is cut into prose and program', () => {
    expect(replyParts('I lift it.\n\n```ts\nawait homePose();\n```\nThen I look.')).toEqual([
      { kind: 'prose', text: 'I lift it.' },
      { kind: 'program', text: 'await homePose();\n' },
      { kind: 'prose', text: 'Then I look.' },
    ]);
  });

  test('without an end of its fence stays prose', () => {
    expect(replyParts('```ts\nawait')).toEqual([{ kind: 'prose', text: '```ts\nawait' }]);
  });
});

describe('what the model was told', () => {
  const text = (words: string) => ({ kind: 'text' as const, text: words });

  test('is what came after its own last words', () => {
    const messages = [
      { role: 'user' as const, parts: [text('the task')] },
      { role: 'assistant' as const, parts: [text('a program')] },
      { role: 'user' as const, parts: [text('it failed'), text('try again')] },
    ];
    const request = { sha256: '', system: '', maxOutputTokens: 1, messages };
    expect(newlyTold({ request })).toEqual([text('it failed'), text('try again')]);
  });

  test('pictures of earlier requests are found by their hash', () => {
    const images = [{ sha256: 'abc', mediaType: 'image/png', base64: 'AAAA' }];
    const models = [message('/model', 0, { call: 0, images })] as never;
    expect(picturesOf(models).get('abc')).toBe('data:image/png;base64,AAAA');
  });
});

describe('words as they arrive', () => {
  test('are kept by kind, in order', () => {
    const log = new PieceLog();
    log.add('reasoning', 'hm');
    log.add('text', 'I ');
    log.add('text', 'lift');
    expect(log.stretches).toEqual([
      { kind: 'reasoning', pieces: ['hm'] },
      { kind: 'text', pieces: ['I ', 'lift'] },
    ]);
    expect(log.length).toBe(8);
  });

  test('a reply that begins anew voids them', () => {
    const log = new PieceLog();
    log.add('text', 'half');
    const { epoch } = log;
    log.add('restart', '');
    expect(log.stretches).toEqual([]);
    expect(log.epoch).toBeGreaterThan(epoch);
  });

  test('a finished reply takes away its own words, not those of the next request', () => {
    const log = new PieceLog();
    log.add('reasoning', 'think');
    log.add('text', 'first reply');
    log.add('text', 'second');
    log.settle({ text: 'first reply', reasoning: 'think' });
    expect(log.stretches).toEqual([{ kind: 'text', pieces: ['second'] }]);
    expect(log.length).toBe(6);
  });
});

describe('the budget', () => {
  test('is said against its caps, and an unknown price is not called known', () => {
    const rows = budgetRows({
      costUsd: 0.0123,
      unpricedCalls: 2,
      calls: 5,
      tokens: 123_456,
      turns: 3,
      wallS: 130,
      caps: { costUsd: 1, turns: 10 },
    });
    expect(rows.map(({ text }) => text)).toEqual([
      '$0.0123 of $1.00, and 2 of unknown price',
      '5',
      '123.5 k',
      '3 of 10',
      '2 min 10 s',
    ]);
    expect(rows[3].share).toBeCloseTo(0.3);
    expect(rows[1].share).toBeNull();
  });
});
