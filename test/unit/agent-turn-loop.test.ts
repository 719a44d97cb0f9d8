// Proves what the turn loop does with every kind of reply and story, and that no words can end, approve or judge anything.

import { describe, expect, test } from 'vitest';
import { Budget } from '../../skills/agent/budget.ts';
import { Conversation } from '../../skills/agent/conversation.ts';
import { FakeWorkbench, type FakeWorkbenchOptions, storyOf } from '../../skills/agent/fake-workbench.ts';
import { type ChatMessage, ModelError, type ModelRequest } from '../../skills/agent/model.ts';
import { loadPrompts } from '../../skills/agent/prompts/load-prompts.ts';
import { type ScriptedReply, scriptedModel } from '../../skills/agent/providers/scripted.ts';
import { runTurns, type TurnEvent, type TurnsOptions } from '../../skills/agent/turn-loop.ts';
import { stageOfTurns } from '../../skills/agent/turn-outcome.ts';
import { Observer } from '../../skills/agent/visual-difference.ts';
import type { View } from '../../skills/agent/workbench.ts';

const prompts = loadPrompts();
const PROGRAM = 'Like this.\n\n```ts\nawait homePose();\n```';
const FINISH = 'FINISH: the cube is where it should be.';
const PICTURE: View = { camera: 'scene', png: new Uint8Array([1, 2, 3]) };

interface Stand extends Partial<Omit<TurnsOptions, 'workbench' | 'model' | 'observer' | 'limits'>> {
  readonly replies: readonly ScriptedReply[];
  readonly workbench?: Partial<FakeWorkbenchOptions>;
  /** Replies of the observer. */
  readonly sees?: readonly ScriptedReply[];
  readonly turns?: number;
  readonly signal?: AbortSignal;
}

async function play({ replies, workbench, sees, turns = 10, signal, ...more }: Stand) {
  const model = scriptedModel(replies);
  const bench = new FakeWorkbench({ tier: 'S2', views: () => [PICTURE], ...workbench });
  const conversation =
    more.conversation ?? new Conversation({ system: 'rules', prompts, maxInputTokens: 1e6, maxOutputTokens: 1000 });
  const events: TurnEvent[] = [];
  const eyes = scriptedModel(sees ?? []);
  const outcome = await runTurns(
    {
      instruction: 'Lift the red cube.',
      scene: 'shown',
      feedback: sees === undefined ? 'text' : 'difference',
      prompts,
      ...more,
      model,
      workbench: bench,
      conversation,
      observer: sees === undefined ? undefined : new Observer({ model: eyes, prompts, maxOutputTokens: 500 }),
      limits: { turns, replies: 3 },
      onEvent: (event) => events.push(event),
    },
    signal ?? new AbortController().signal,
  );
  return { outcome, bench, conversation, events, requests: model.requests, looks: eyes.requests };
}

function textOf(message: ChatMessage | undefined): string {
  return (message?.parts ?? []).map((part) => (part.kind === 'text' ? part.text : '[image]')).join('\n');
}

/** What the model was told last before its n-th reply, from 0. */
function told(requests: readonly ModelRequest[], n: number): string {
  return textOf(requests[n].messages[requests[n].messages.length - 1]);
}

function seen(success: 'yes' | 'no' | 'unsure', words = 'The cube moved.'): string {
  return `${words}\n\n\`\`\`json\n${JSON.stringify({ changes: [], notVisible: [], evidence: 'seen', success })}\n\`\`\``;
}

describe('the turn loop', () => {
  test('checks, offers and tells of a program, and takes FINISH at tiers where nobody watches', async () => {
    const { outcome, bench, requests, events } = await play({ replies: [PROGRAM, FINISH] });
    expect(outcome).toMatchObject({ kind: 'finished', reason: 'the cube is where it should be.', turns: 2 });
    expect(bench.log).toEqual(['check', 'offer']);
    expect(bench.offered).toEqual(['await homePose();']);
    expect(told(requests, 0)).toContain('Lift the red cube.');
    expect(told(requests, 1)).toContain('The program ran to its end');
    expect(stageOfTurns(outcome)).toBeNull();
    expect(events.map(({ kind }) => kind)).toEqual(
      ['turn', 'asked', 'piece', 'replied', 'checked', 'offered', 'story', 'turn', 'asked', 'piece', 'replied'].concat(
        'ended',
      ),
    );
  });

  test('never offers a program that fails its check, and tells the model line and hint', async () => {
    const place = { line: 3, column: 5, endLine: 3, endColumn: 9 };
    const { outcome, bench, requests } = await play({
      replies: [PROGRAM, FINISH],
      workbench: {
        diagnose: () => [
          { ...place, severity: 'error', code: 'TS2345', message: 'Wrong type.', hint: 'Write a number.' },
        ],
      },
    });
    expect(bench.log).toEqual(['check']);
    expect(told(requests, 1)).toContain('line 3, column 5: error TS2345: Wrong type. Write a number.');
    expect(stageOfTurns(outcome)).toBe('check');
  });

  test('counts a failed check as a turn, and ends when all turns are used', async () => {
    const { outcome, bench } = await play({ replies: [PROGRAM, PROGRAM, PROGRAM], turns: 3 });
    expect(outcome).toMatchObject({ kind: 'turns', turns: 3 });
    expect(bench.offered).toHaveLength(3);
  });

  test('tells of calls, output, the error with stage and line, remarks and findings', async () => {
    const { requests } = await play({
      replies: [PROGRAM, FINISH],
      workbench: {
        story: (source) =>
          storyOf(source, {
            failure: { stage: 'grasp', code: 'THROWN', message: 'closed on nothing', hint: 'Look again.', line: 7 },
            calls: [
              {
                call: 0,
                name: 'closeGripper',
                line: 6,
                arguments: [],
                outcome: 'returned',
                result: { widthM: 0.000123456, holding: false },
                startTimeS: 0,
                endTimeS: 1,
              },
            ],
            output: [{ channel: 'log', text: 'over there', line: 2 }],
            remarks: ['gently please'],
            findings: ['line 4: the wrist turns over'],
            robotTimeS: 4.25,
          }),
      },
    });
    const text = told(requests, 1);
    expect(text).toContain('failed at stage grasp, line 7');
    expect(text).toContain('line 7: THROWN (grasp): closed on nothing');
    expect(text).toContain('line 6: closeGripper() -> {"widthM":0.0001,"holding":false}');
    expect(text).toContain('line 2 log: over there');
    expect(text).toMatch(/<data kind="operator" id="\w+">\ngently please\n/);
    expect(text).toMatch(/<data kind="critics" id="\w+">\nline 4: the wrist turns over\n/);
  });

  test('shows the operator’s comment on a rejected program, and goes on', async () => {
    const { outcome, requests, bench } = await play({
      replies: [PROGRAM, PROGRAM, FINISH],
      workbench: {
        story: (source, offer) =>
          offer === 0 ? { kind: 'rejected', comment: 'not over the cable', preview: undefined } : storyOf(source),
      },
    });
    expect(told(requests, 1)).toMatch(/was rejected[\s\S]*kind="operator"[\s\S]*not over the cable/);
    expect(bench.offered).toHaveLength(2);
    expect(outcome.kind).toBe('finished');
  });

  test('says in a record why the last program was rejected', async () => {
    const failure = { code: 'PATH_BLOCKED', stage: 'planning', message: 'no way', line: 4 } as const;
    const { outcome } = await play({
      replies: [PROGRAM],
      turns: 1,
      workbench: {
        story: () => ({
          kind: 'rejected',
          comment: 'the preview failed',
          preview: { previewId: 'p', outcome: 'failed', failure },
        }),
      },
    });
    expect(stageOfTurns(outcome)).toBe('planning');
    expect(outcome.lastFailure).toMatchObject({ message: 'no way', line: 4 });
  });

  test('ends at a stop, and remembers it', async () => {
    const { outcome, conversation, requests } = await play({
      replies: [PROGRAM, FINISH],
      workbench: { story: () => ({ kind: 'stopped', reason: 'the operator pressed Stop' }) },
    });
    expect(outcome).toMatchObject({ kind: 'stopped', reason: 'the operator pressed Stop' });
    expect(stageOfTurns(outcome)).toBe('stopped');
    expect(requests).toHaveLength(1);
    expect(textOf(conversation.request('program').messages.at(-1))).toContain('the operator pressed Stop');
  });

  test('asks again for a reply that is neither, and keeps the bad one out of the conversation', async () => {
    const two = '```ts\na();\n```\nor\n```ts\nb();\n```';
    const { outcome, requests } = await play({ replies: ['I am done, I think.', two, PROGRAM, FINISH] });
    expect(told(requests, 1)).toContain('neither a fenced ts block nor a line FINISH');
    expect(told(requests, 2)).toContain('exactly one');
    expect(outcome).toMatchObject({ kind: 'finished', turns: 2 });
    expect(requests[3].messages.map(textOf).join('\n')).not.toContain('I am done, I think.');
  });

  test('gives up a model that never replies in form, with stage model, and never takes it for finished', async () => {
    const { outcome, bench } = await play({ replies: ['Finished!', '', 'REGENERATE'] });
    expect(outcome).toMatchObject({ kind: 'model', error: { code: 'MALFORMED' } });
    expect(stageOfTurns(outcome)).toBe('model');
    expect(bench.log).toEqual([]);
  });

  test('ends cleanly when the budget or the model says no', async () => {
    const over = await play({ replies: [PROGRAM, FINISH], budget: new Budget({ turns: 1 }) });
    expect(over.outcome).toMatchObject({ kind: 'budget', turns: 1 });
    expect(stageOfTurns(over.outcome)).toBe('budget');
    const key = await play({ replies: [new ModelError('BAD_KEY', 'The key was refused.', 'Check it.')] });
    expect(key.outcome).toMatchObject({ kind: 'model', error: { code: 'BAD_KEY' } });
  });

  test('ends as cancelled while the model thinks, and while the robot works', async () => {
    const thinking = new AbortController();
    const inThought = await play({
      replies: [() => new Promise<string>(() => thinking.abort())],
      signal: thinking.signal,
    });
    expect(inThought.outcome.kind).toBe('cancelled');
    const working = new AbortController();
    const atWork = await play({
      replies: [PROGRAM],
      signal: working.signal,
      workbench: {
        story: (_source, _offer, signal) => {
          working.abort();
          throw signal.reason;
        },
      },
    });
    expect(atWork.outcome.kind).toBe('cancelled');
  });

  test('hands a failure of the session on to its caller', async () => {
    const broken = play({
      replies: [PROGRAM],
      workbench: {
        story: () => {
          throw new Error('the robot host has ended');
        },
      },
    });
    await expect(broken).rejects.toThrow('the robot host has ended');
  });

  test('remembers an earlier instruction of the session', async () => {
    const first = await play({ replies: [PROGRAM, FINISH] });
    const second = await play({
      replies: [FINISH],
      conversation: first.conversation,
      instruction: 'Do the same with the other blocks.',
    });
    const text = second.requests[0].messages.map(textOf).join('\n');
    expect(text.indexOf('Lift the red cube.')).toBeGreaterThanOrEqual(0);
    expect(text.indexOf('Do the same')).toBeGreaterThan(text.indexOf('await homePose();'));
    const roles = second.requests[0].messages.map(({ role }) => role);
    expect(roles).toEqual(['user', 'assistant', 'user', 'assistant', 'user']);
  });

  test('gives an instruction in any script to the model unchanged', async () => {
    const instruction = 'مکعب قرمز را بلند کن \u200cو نگه دار — 把红色方块拿起来 👩‍🔧';
    const { requests } = await play({ replies: [FINISH], instruction });
    expect(told(requests, 0)).toContain(`\n${instruction}\n`);
  });
});

describe('with an observer', () => {
  test('a claim counts only when success can be seen; unsure counts as not done', async () => {
    const { outcome, requests, looks } = await play({
      replies: [PROGRAM, FINISH, PROGRAM, FINISH],
      sees: ['A red cube on a table.', seen('unsure'), seen('no', 'It lies on the table.'), seen('yes')],
    });
    expect(outcome).toMatchObject({ kind: 'finished', evidence: 'yes', turns: 4 });
    expect(told(requests, 0)).toContain('A red cube on a table.');
    expect(told(requests, 1)).toMatch(/Evidence of success.*unsure/);
    expect(told(requests, 2)).toMatch(/You said FINISH[\s\S]*It lies on the table\.[\s\S]*Evidence of success.*no/);
    // The last claim rests on what was seen after the last program: nobody is asked twice.
    expect(looks).toHaveLength(4);
  });

  test('a false claim never ends as finished, however often it is made', async () => {
    const { outcome } = await play({
      replies: [PROGRAM, FINISH, FINISH, FINISH],
      sees: ['A cube.', seen('no'), seen('no'), seen('unsure'), seen('no')],
      turns: 4,
    });
    expect(outcome).toMatchObject({ kind: 'turns', turns: 4 });
  });

  test('never sees the program, nor what it printed', async () => {
    const story = (source: string) => storyOf(source, { output: [{ channel: 'log', text: 'SECRET OUTPUT' }] });
    const { looks } = await play({
      replies: ['```ts\nconst secretProgram = 1;\n```', FINISH],
      sees: ['A cube.', seen('yes')],
      workbench: { story },
    });
    const shown = looks.map(({ system, messages }) => [system, ...messages.map(textOf)].join('\n')).join('\n');
    expect(shown).not.toMatch(/secretProgram|SECRET OUTPUT|FINISH/);
    expect(shown).toContain('Lift the red cube.');
  });

  test('is not asked when nothing has moved', async () => {
    const comment = 'no';
    const { looks, bench } = await play({
      replies: [PROGRAM, PROGRAM],
      turns: 2,
      sees: ['A cube.', seen('no')],
      workbench: {
        story: (source, offer) => (offer === 0 ? { kind: 'rejected', comment, preview: undefined } : storyOf(source)),
      },
    });
    expect(looks).toHaveLength(2);
    expect(bench.log.filter((one) => one === 'look')).toHaveLength(2);
  });
});

describe('the tiers', () => {
  test('show pictures only where they may be seen', async () => {
    const { requests } = await play({ replies: [PROGRAM, FINISH], feedback: 'image' });
    expect(told(requests, 0)).toContain('[image]');
    expect(told(requests, 1)).toContain('[image]');
    const text = await play({ replies: [PROGRAM, FINISH] });
    expect(text.requests[1].messages.map(textOf).join('\n')).not.toContain('[image]');
    expect(text.bench.log).not.toContain('look');
  });

  test('withhold scene and pictures from a model that is asked what it knows by heart', async () => {
    const { requests, bench } = await play({
      replies: [PROGRAM, FINISH],
      feedback: 'image',
      scene: 'withheld',
      objects: ['red cube'],
      instruction: 'Lift it.',
      workbench: { tier: 'S1' },
    });
    expect(bench.log).not.toContain('look');
    expect(requests[1].messages.map(textOf).join('\n')).not.toMatch(/\[image\]|red cube/);
  });

  test('name the objects at tier S1, and refuse to name them above it', async () => {
    const { requests } = await play({ replies: [FINISH], objects: ['red cube', 'table'], workbench: { tier: 'S1' } });
    expect(told(requests, 0)).toMatch(/kind="objects"[\s\S]*red cube\ntable/);
    await expect(play({ replies: [FINISH], objects: ['red cube'] })).rejects.toThrow('must not be told');
  });

  test('refuse pictures for a model that sees none, in words', async () => {
    const model = scriptedModel([], { seesImages: false, name: 'openai:blind' });
    const conversation = new Conversation({ system: '', prompts, maxInputTokens: 1e6, maxOutputTokens: 10 });
    const options: TurnsOptions = {
      model,
      conversation,
      prompts,
      workbench: new FakeWorkbench({ tier: 'S2' }),
      feedback: 'image',
      scene: 'shown',
      instruction: 'x',
      limits: { turns: 1, replies: 1 },
      onEvent: () => undefined,
    };
    await expect(runTurns(options, new AbortController().signal)).rejects.toThrow('openai:blind sees no pictures');
  });
});
