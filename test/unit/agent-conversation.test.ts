// Proves that a conversation of any length fits, keeps what must be kept, and says what it leaves out.

import { expect, test } from 'vitest';
import { createRandomStream } from '../../sim/random.ts';
import { Conversation } from '../../skills/agent/conversation.ts';
import type { ChatMessage, MessagePart } from '../../skills/agent/model.ts';
import { loadPrompts } from '../../skills/agent/prompts/load-prompts.ts';
import { parseReply } from '../../skills/agent/reply.ts';
import { estimateInputTokens } from '../../skills/agent/token-estimate.ts';

const seed = Number(process.env.CAPSTAN_TEST_SEED);
const prompts = loadPrompts();
const image = (byte: number): MessagePart => ({ kind: 'image', mediaType: 'image/png', bytes: new Uint8Array([byte]) });
const text = (value: string): MessagePart => ({ kind: 'text', text: value });

function parts(messages: readonly ChatMessage[], role: ChatMessage['role']): readonly MessagePart[] {
  return messages.filter((message) => message.role === role).flatMap((message) => message.parts);
}

test('roles alternate from user to user, goal, first look and the last two turns stay, and the rest is counted', () => {
  const random = createRandomStream(seed, 'conversations');
  for (let round = 0; round < 60; round++) {
    const maxInputTokens = 2000 + random.integer(60_000);
    const conversation = new Conversation({ system: 'rules', prompts, maxInputTokens, maxOutputTokens: 100 });
    const goals: string[] = [];
    const replies: string[] = [];
    const toldOf: string[] = [];
    let wasFinished = true;
    for (let step = 0; step < 2 + random.integer(20); step++) {
      if (wasFinished && (step === 0 || random.integer(2) === 0)) {
        goals.push(`goal ${goals.length} of round ${round}`);
        conversation.open([text(goals[goals.length - 1]), image(200)]);
      }
      if (replies.length > 0 && wasFinished && goals.length === 0) continue;
      const reply = `reply ${replies.length} ${'r'.repeat(random.integer(3000))}.`;
      const told = `told ${toldOf.length} ${'t'.repeat(random.integer(6000))}.`;
      wasFinished = random.integer(4) === 0;
      replies.push(reply);
      toldOf.push(wasFinished ? '' : told);
      const told0 = wasFinished ? [] : [text(told), ...(random.integer(2) === 0 ? [image(1)] : [])];
      conversation.turn(reply, told0, `turn summary ${replies.length}`);
    }
    conversation.open([text('the newest goal'), image(200)]);
    const { messages, system } = conversation.request('program');
    expect(messages.map(({ role }) => role)).toEqual(messages.map((_, i) => (i % 2 === 0 ? 'user' : 'assistant')));
    expect(messages.length % 2).toBe(1);
    const said = parts(messages, 'user');
    const words = said.map((part) => (part.kind === 'text' ? part.text : '')).join('\n');
    for (const goal of [...goals, 'the newest goal']) expect(words).toContain(goal);
    const firstLooks = said.filter((part) => part.kind === 'image' && part.bytes[0] === 200);
    expect(firstLooks).toHaveLength(goals.length + 1);
    const answers = parts(messages, 'assistant').map((part) => (part.kind === 'text' ? part.text : ''));
    for (const reply of replies.slice(-2)) expect(answers.join('\n')).toContain(reply);
    for (const told of toldOf.slice(-2)) expect(words).toContain(told);
    const hidden = replies.filter((reply) => !answers.join('\n').includes(reply)).length;
    const counted = [...words.matchAll(/(\d+) earlier turns? (?:is|are) left out/g)].map(([, count]) => Number(count));
    expect(counted.reduce((sum, count) => sum + count, 0)).toBe(hidden);
    for (let turn = 1; turn <= hidden; turn++) expect(words).toContain(`turn summary ${turn}`);
    if (hidden < replies.length - 2)
      expect(estimateInputTokens({ system, messages })).toBeLessThanOrEqual(maxInputTokens);
  }
});

test('pictures of old turns go before any word does', () => {
  const conversation = new Conversation({ system: '', prompts, maxInputTokens: 23_000, maxOutputTokens: 100 });
  conversation.open([text('goal'), image(200)]);
  for (let turn = 1; turn <= 5; turn++) conversation.turn(`reply ${turn}`, [text(`told ${turn}`), image(turn)], 'x');
  const said = parts(conversation.request('program').messages, 'user');
  const images = said.flatMap((part) => (part.kind === 'image' ? [part.bytes[0]] : []));
  expect(images).toEqual([200, 3, 4, 5]);
  const words = said.map((part) => (part.kind === 'text' ? part.text : '')).join('\n');
  for (let turn = 1; turn <= 5; turn++) expect(words).toContain(`told ${turn}`);
  expect(words).toContain('1 picture of then is left out here');
});

test('the same conversation makes the same request, and asking again leaves no trace', () => {
  const conversation = new Conversation({ system: 's', prompts, maxInputTokens: 10_000, maxOutputTokens: 100 });
  conversation.open([text('goal')]);
  const before = conversation.request('program');
  const again = conversation.request('program', { reply: 'hm', problem: 'It is no program.' });
  expect(again.messages).toHaveLength(3);
  expect(conversation.request('program')).toEqual(before);
});

test('a reply of any length keeps its decision, and loses only reasoning', () => {
  const conversation = new Conversation({ system: 's', prompts, maxInputTokens: 10_000, maxOutputTokens: 100 });
  conversation.open([text('goal')]);
  const source = 'await homePose();';
  conversation.turn(`${'r'.repeat(200_000)}\n\`\`\`ts\n${source}\n\`\`\``, [text('told')], 'ran');
  conversation.turn(`FINISH: ${'done '.repeat(50_000)}`, [text('no')], 'claimed');
  const again = { reply: 'x'.repeat(200_000), problem: 'It is no program.' };
  const request = conversation.request('program', again);
  expect(estimateInputTokens(request)).toBeLessThan(20_000);
  const [program, claim] = parts(request.messages, 'assistant').map((part) =>
    parseReply(part.kind === 'text' ? part.text : ''),
  );
  expect(program).toEqual({ kind: 'program', source });
  expect(claim).toMatchObject({ kind: 'finish' });
});
