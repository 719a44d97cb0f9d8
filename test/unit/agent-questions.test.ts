// Proves that a session remembers: a later instruction reaches the model with what it refers to, and a question is answered by a
// program that only speaks, which moves nothing.

import { describe, expect, test } from 'vitest';
import { PLAIN_RUN } from '../../electron/session/cell.ts';
import { Conversation } from '../../skills/agent/conversation.ts';
import { FakeWorkbench, storyOf } from '../../skills/agent/fake-workbench.ts';
import type { ModelRequest } from '../../skills/agent/model.ts';
import { loadPrompts } from '../../skills/agent/prompts/load-prompts.ts';
import { scriptedModel } from '../../skills/agent/providers/scripted.ts';
import { runTurns } from '../../skills/agent/turn-loop.ts';
import { check } from './checked-program.ts';
import { checkedBlock, withLiveCell } from './perceived-stand.ts';
import { loadTask } from './sim-drive.ts';

const seed = Number(process.env.CAPSTAN_TEST_SEED) % 1000;
const prompts = loadPrompts();
const never = new AbortController().signal;
const fenced = (source: string) => `So be it.\n\n\`\`\`ts\n${source}\n\`\`\``;
const MOVE = "// The green one stands where the red one shall go.\nconst green = await getObjectPose('green cube');";
const ANSWER = "await say('Because it stood where the red cube was to go.');";

function textOf({ messages }: ModelRequest): string {
  return messages.flatMap(({ parts }) => parts.map((part) => (part.kind === 'text' ? part.text : ''))).join('\n');
}

describe('a session that goes on', () => {
  test('takes a question to the model with what it refers to, and its answer moves nothing', async () => {
    await withLiveCell(loadTask('cube-stack'), seed, 'S1', async (cell) => {
      const said: string[] = [];
      cell.observe({ onSay: (text) => said.push(text) });
      const bench = new FakeWorkbench({
        tier: 'S1',
        check,
        story: async (source) => {
          const block = await checkedBlock(cell.task, 'S1', source);
          const startS = cell.world.timeS;
          const offer = cell.gate.offer(await cell.claims(block, PLAIN_RUN));
          cell.gate.approve(offer.id, offer.digest, { kind: 'automatic', name: 'test' });
          const { status } = await cell.run(block, offer.id, PLAIN_RUN);
          expect(status).toBe('finished');
          return storyOf(source, { robotTimeS: cell.world.timeS - startS });
        },
      });
      const model = scriptedModel([fenced(MOVE), 'FINISH: moved', fenced(ANSWER), 'FINISH: answered']);
      const conversation = new Conversation({ system: 'rules', prompts, maxInputTokens: 1e6, maxOutputTokens: 1000 });
      const instruct = (instruction: string) =>
        runTurns(
          {
            model,
            workbench: bench,
            conversation,
            prompts,
            feedback: 'text',
            instruction,
            scene: 'shown',
            limits: { turns: 4, replies: 3 },
            onEvent: () => undefined,
          },
          never,
        );
      expect((await instruct('Stack the cubes.')).kind).toBe('finished');
      const joints = (await cell.robot.state()).arms[0].jointPositionsRad;
      const timeS = cell.world.timeS;
      expect((await instruct('Why did you move the green one?')).kind).toBe('finished');
      expect(said).toEqual(['Because it stood where the red cube was to go.']);
      expect((await cell.robot.state()).arms[0].jointPositionsRad).toEqual(joints);
      expect(cell.world.timeS).toBe(timeS);

      const asked = textOf(model.requests[2]);
      for (const words of ['Stack the cubes.', MOVE, 'Why did you move the green one?']) expect(asked).toContain(words);
      expect(asked.indexOf(MOVE)).toBeLessThan(asked.indexOf('Why did you move'));
      const { effects } = await check(ANSWER);
      expect(effects.calls.map(({ risk }) => risk)).toEqual(['say']);
    });
  });
});
