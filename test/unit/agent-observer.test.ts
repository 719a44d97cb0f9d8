// Proves how the observer's words are read: its end in a fixed form, asked for once more, and unsure in the end.

import { describe, expect, test } from 'vitest';
import type { ModelRequest } from '../../skills/agent/model.ts';
import { loadPrompts } from '../../skills/agent/prompts/load-prompts.ts';
import { scriptedModel } from '../../skills/agent/providers/scripted.ts';
import { differenceText, Observer } from '../../skills/agent/visual-difference.ts';
import type { View } from '../../skills/agent/workbench.ts';

const prompts = loadPrompts();
const SCENE: View = { camera: 'scene', png: new Uint8Array([1]) };
const WRIST: View = { camera: 'wrist', png: new Uint8Array([2]) };
const quiet = () => undefined;
const signal = new AbortController().signal;

function end(value: unknown): string {
  return `\`\`\`json\n${JSON.stringify(value)}\n\`\`\``;
}

const GOOD = {
  changes: [{ what: 'the red cube', howMuch: 'moved 10 cm to the left' }],
  notVisible: ['its back'],
  evidence: 'It stands on the green one.',
  success: 'yes',
};

function observer(...replies: string[]) {
  const model = scriptedModel(replies);
  return { eyes: new Observer({ model, prompts, maxOutputTokens: 500 }), model };
}

const images = ({ messages }: ModelRequest) =>
  messages[0].parts.flatMap((part) => (part.kind === 'image' ? [part.bytes[0]] : []));

describe('the observer', () => {
  test('sees the pictures in order, key frames between, and the instruction in a fence', async () => {
    const { eyes, model } = observer(`The cube moved.\n\n${end(GOOD)}`);
    const moments = { before: [SCENE, WRIST], during: [SCENE], after: [SCENE, WRIST] };
    const difference = await eyes.compare('Stack them.', moments, quiet, signal);
    expect(difference).toMatchObject({ ...GOOD, text: 'The cube moved.' });
    expect(images(model.requests[0])).toEqual([1, 2, 1, 1, 2]);
    expect(model.requests[0].purpose).toBe('difference');
    const [message] = model.requests[0].messages;
    const last = message.parts[message.parts.length - 1];
    expect(last.kind === 'text' && last.text).toContain(
      'scene before, wrist before, scene in between, scene after, wrist after',
    );
    expect(last.kind === 'text' && last.text).toMatch(/kind="instruction" id="\w+">\nStack them\.\n/);
    expect(differenceText(difference)).toBe(
      'The cube moved.\nChanges:\n- the red cube: moved 10 cm to the left\nNot visible: its back\nEvidence: It stands on the green one.',
    );
  });

  test.each([
    ['has no structured end', 'Success: yes!'],
    ['has two of them', `${end(GOOD)}\n\n${end({ ...GOOD, success: 'no' })}`],
    ['is no JSON', '```json\n{success: yes}\n```'],
    ['has another word for yes', end({ ...GOOD, success: 'definitely' })],
    ['lacks a field', end({ success: 'yes' })],
    ['is empty', ''],
  ])('is asked once more when its reply %s, and is then unsure', async (_name, bad) => {
    const mended = observer(bad, end(GOOD));
    const moments = { before: [SCENE], after: [SCENE] };
    expect((await mended.eyes.compare('x', moments, quiet, signal)).success).toBe('yes');
    expect(mended.model.requests[1].messages).toHaveLength(3);
    const { eyes, model } = observer(bad, bad);
    expect((await eyes.compare('x', moments, quiet, signal)).success).toBe('unsure');
    expect(model.requests).toHaveLength(2);
  });

  test('cuts a description that would crowd out the task, and says so', async () => {
    const { eyes } = observer('x'.repeat(20_000));
    const text = await eyes.describe('x', [SCENE], quiet, signal);
    expect(text.length).toBeLessThan(4100);
    expect(text).toContain('left out');
  });

  test('needs a model that sees', () => {
    const model = scriptedModel([], { seesImages: false, name: 'openai:blind' });
    expect(() => new Observer({ model, prompts, maxOutputTokens: 1 })).toThrow('openai:blind sees no pictures');
  });
});
