// Proves what a model is told at every tier, word for word, and that it is nothing the tier must not know.

import { describe, expect, test } from 'vitest';
import { readTask } from '../../electron/session/installation.ts';
import { drawScene } from '../../sim/tasks/layout.ts';
import { Conversation } from '../../skills/agent/conversation.ts';
import { namesIn } from '../../skills/agent/known-objects.ts';
import { AGENT_TIERS, type AgentTier, agentMode } from '../../skills/agent/modes.ts';
import { LONGEST_NOTES, type RigNotes, readNotes } from '../../skills/agent/notes.ts';
import { openingParts } from '../../skills/agent/opening.ts';
import { fill, PROMPT_NAMES, parsePromptFiles } from '../../skills/agent/prompt-files.ts';
import { loadPrompts } from '../../skills/agent/prompts/load-prompts.ts';
import { systemPrompt } from '../../skills/agent/system-prompt.ts';
import { apiChoice, apiFor } from '../../skills/api/policy-api.ts';
import { loadLibrary } from '../../skills/library/load-library.ts';
import { GUEST_MODULES } from '../../skills/sandbox/modules/registry.ts';

const seed = Number(process.env.CAPSTAN_TEST_SEED) % 1000;
const prompts = loadPrompts();
const { task } = readTask('cube-stack');
const DESCRIPTION = 'A small red cube and a larger green cube stand apart on a wooden table.';

interface Told {
  readonly notes?: RigNotes;
  readonly instruction?: string;
}

/** Everything a model is told before its first reply, as text. */
function firstRequest(name: AgentTier, { notes, instruction = task.instruction }: Told = {}): string {
  const { tier, feedback, turns } = agentMode(name);
  const api = apiFor(apiChoice(task, tier, true));
  const system = systemPrompt({
    prompts,
    api,
    modules: GUEST_MODULES,
    skills: loadLibrary(),
    notes,
    feedback,
    turns,
  });
  const conversation = new Conversation({ system, prompts, maxInputTokens: 100_000, maxOutputTokens: 8000 });
  conversation.open(
    openingParts({
      prompts,
      isFirst: true,
      tier,
      instruction,
      objects: tier === 'S1' ? namesIn(drawScene(task, seed)) : undefined,
      description: feedback === 'difference' ? DESCRIPTION : undefined,
      pictures: feedback === 'image' ? [{ camera: 'scene', png: new Uint8Array() }] : [],
    }),
  );
  const { messages } = conversation.request('program');
  const texts = messages.flatMap(({ role, parts }) =>
    parts.map((part) => `--- ${role} ---\n${part.kind === 'text' ? part.text : '[picture]'}`),
  );
  return [`--- system ---\n${system}`, ...texts].join('\n\n');
}

describe('the prompt', () => {
  test.each(AGENT_TIERS)('of tier %s on cube-stack is the one that was read', async (name) => {
    await expect(firstRequest(name)).toMatchFileSnapshot(`../fixtures/prompts/cube-stack.${name.toLowerCase()}.md`);
  });

  test('is the same for every seed and names no object of the simulator above tier S1', () => {
    const instruction = 'Stack the small block on the large one.';
    for (const name of AGENT_TIERS) {
      const text = firstRequest(name, { instruction });
      expect(text.includes('kind="objects"')).toBe(name === 'S1');
      const opening = text.slice(text.indexOf('--- user ---'));
      const withoutDescription = opening.replace(DESCRIPTION, '');
      if (name !== 'S1') expect(withoutDescription).not.toMatch(/red cube|green cube|table/);
      for (const { position } of drawScene(task, seed).props.map(({ pose }) => pose)) {
        for (const value of position) expect(opening).not.toContain(value.toFixed(4).replace(/0+$/, ''));
      }
    }
  });

  test('shows examples of functions and skills at every tier but S4', () => {
    const fences = (name: AgentTier) => firstRequest(name).split('```ts\n').length;
    expect(fences('S3')).toBeGreaterThan(fences('S4') + 8);
    expect(firstRequest('S4')).toContain('interpolateSegment: ');
  });

  test('shows notes in a fence, and not when they are switched off', () => {
    const notes = readNotes('The left corner of the table is slippery.', 'notes.md');
    expect(firstRequest('M1', { notes })).toMatch(
      /<data kind="notes" id="\w+">\nThe left corner of the table is slippery\.\n/,
    );
    expect(firstRequest('M1')).not.toContain('kind="notes"');
  });

  test('refuses notes that would crowd out the task, and names their bytes', () => {
    expect(() => readNotes('x'.repeat(LONGEST_NOTES + 1), '/home/lab/notes.md')).toThrow('/home/lab/notes.md');
    expect(readNotes(' \n', 'notes.md')).toBeUndefined();
    expect(readNotes('abc', 'notes.md')?.sha256).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
  });
});

describe('a prompt file', () => {
  test('that fills another place than the program does is refused by its name', () => {
    const texts = Object.fromEntries(PROMPT_NAMES.map((name) => [name, prompts[name]]));
    expect(() => parsePromptFiles({ ...texts, opening: 'Do {{what}}.' })).toThrow('opening.md');
    const { decide: _decide, ...rest } = texts;
    expect(() => parsePromptFiles(rest)).toThrow('decide.md');
  });

  test('is filled once: what is filled in is not filled again', () => {
    const text = fill(prompts, 'ask-again', { problem: '{{problem}} $& $1' });
    expect(text).toContain('{{problem}} $& $1');
  });
});
