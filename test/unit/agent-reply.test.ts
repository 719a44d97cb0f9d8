// Proves how replies are read: one program, or FINISH, and nothing is ever guessed.

import { expect, test } from 'vitest';
import { createRandomStream } from '../../sim/random.ts';
import { parseReply } from '../../skills/agent/reply.ts';

const seed = Number(process.env.CAPSTAN_TEST_SEED);
const program = (source: string, language = 'ts') => `\`\`\`${language}\n${source}\n\`\`\``;

test('prose with one fenced ts block is a program, its source untouched', () => {
  const source = '  // é\n\tawait homePose();\n\nconst t = `a``b`;';
  const reply = parseReply(`First I look.\n\n${program(source)}\n\nThen I stop.`);
  expect(reply).toEqual({ kind: 'program', source });
  expect(parseReply(program('a();', 'typescript'))).toMatchObject({ kind: 'program' });
  expect(parseReply('Hm.\r\n```ts\r\na();\r\n```\r\n')).toEqual({ kind: 'program', source: 'a();' });
});

test('a longer fence may hold shorter ones, and other languages are prose', () => {
  const inner = 'const text = `\n```\n`;';
  expect(parseReply(`\`\`\`\`ts\n${inner}\n\`\`\`\``)).toEqual({ kind: 'program', source: inner });
  expect(parseReply(`${program('{"a": 1}', 'json')}\n${program('a();')}`)).toEqual({ kind: 'program', source: 'a();' });
});

test('a line FINISH is a claim, with or without a reason', () => {
  expect(parseReply('FINISH')).toEqual({ kind: 'finish', reason: '' });
  expect(parseReply('It stands.\n  FINISH: the cube stands on the other.  \n')).toEqual({
    kind: 'finish',
    reason: 'the cube stands on the other.',
  });
});

test.each([
  ['nothing', ''],
  ['prose', 'I think we are FINISHED now.'],
  ['the word in a sentence', 'When it stands, I will say FINISH: then it is over.'],
  ['another case', 'finish'],
  ['a word of another protocol', 'REGENERATE'],
  ['FINISH inside a block of another language', program('FINISH', 'text')],
  ['two programs', `${program('a();')}\n${program('b();')}`],
  ['a program and FINISH', `${program('a();')}\nFINISH`],
  ['a block without a language', program('a();', '')],
  ['an empty block', program('  ')],
  ['a block that never ends', '```ts\nawait homePose();'],
  ['a program that nobody could read', program('a();\n'.repeat(20_000))],
])('%s is neither, and is said to be so', (_name, text) => {
  const reply = parseReply(text);
  expect(reply.kind).toBe('malformed');
  expect(reply.kind === 'malformed' && reply.problem).toMatch(/^[A-Z].*\.$/);
});

test('any mixture of pieces is read as at most one thing, and never with an exception', () => {
  const random = createRandomStream(seed, 'replies');
  const pieces = ['```ts\n', '```', '\n', 'a();', 'FINISH', ': x', '~~~', '````', ' ', '```json\n', '\u2028'];
  for (let round = 0; round < 2000; round++) {
    let text = '';
    for (let i = random.integer(12); i >= 0; i--) text += pieces[random.integer(pieces.length)];
    const reply = parseReply(text);
    if (reply.kind === 'program') {
      expect(text).toContain(reply.source);
      expect(text).toContain('ts');
    }
    if (reply.kind === 'finish') expect(text).toMatch(/^[^\S\n]*FINISH/m);
  }
});
