// `capstan run --policy model`: a model behind a real HTTP server writes programs turn by turn; what it used, what it claims
// and what the world shows are kept apart; the episode answers again without any server.

import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readEpisode, type TopicName } from '../../drivers/episode/reader.ts';
import { readExpert } from '../../electron/session/installation.ts';
import { startOpenAiWire } from '../fixtures/wire/openai-wire.ts';
import type { WireServer, WireTurn } from '../fixtures/wire/wire-server.ts';
import { CommandHome } from './capstan-command.ts';

let home: CommandHome;
let server: WireServer | undefined;
beforeAll(() => {
  home = new CommandHome();
});
afterEach(async () => {
  await server?.close();
  server = undefined;
});
afterAll(() => home.remove());

/** A model on a server of this machine that gives these replies. */
async function modelThatSays(...replies: readonly (string | WireTurn)[]): Promise<string> {
  server = await startOpenAiWire({ key: null });
  server.order(...replies.map((reply) => (typeof reply === 'string' ? { text: [reply] } : reply)));
  return `${server.url}/v1#student`;
}

async function messagesOf(path: string, topic: TopicName): Promise<Record<string, unknown>[]> {
  const found: Record<string, unknown>[] = [];
  const episode = await readEpisode(new Uint8Array(readFileSync(path)));
  for await (const { message } of episode.messages(topic)) found.push(message as Record<string, unknown>);
  return found;
}

const program = (code: string) => `This is what I would do.\n\n\`\`\`ts\n${code}\`\`\`\n`;
const LIFT = readExpert('cube-lift', 'S1').source;
const RUN = ['run', 'cube-lift', '--policy', 'model', '--json'];

describe('capstan run with a model', () => {
  it('goes from a wrong type over a failed call to success, and its record goes the same way with no server', async () => {
    const model = await modelThatSays(
      program("const height: number = 'high';\n"),
      program("const kept = 0.2;\nawait say('first');\nawait getObjectPose('blue banana');\n"),
      program("await say('second');\nconst up = 0.2;\n"),
      program(LIFT.replace('z + 0.2', 'z + up')),
      'FINISH: the cube is lifted',
    );
    const run = await home.run([...RUN, '--model', model, '--tier', 'M1', '--approve', 'auto']);
    expect(run.stderr).toContain('SUCCESS');
    const result = JSON.parse(run.stdout);
    expect(result).toMatchObject({
      success: true,
      tier: 'S2',
      agent: { turns: 5, requests: 5, ended: 'finished', costUsd: 0 },
    });
    expect(run.stderr).toContain('the model says it is done');

    const asked = await messagesOf(result.episode, '/model');
    expect(asked.map(({ call }) => call)).toEqual([0, 1, 2, 3, 4]);
    const told = JSON.stringify(asked.at(-1)?.request);
    for (const words of ['TS2322', 'blue banana', 'first', 'second']) expect(told).toContain(words);
    expect((await messagesOf(result.episode, '/turn')).at(-1)).toMatchObject({
      event: 'ended',
      outcome: 'finished',
      budget: { calls: 5 },
    });
    expect((await messagesOf(result.episode, '/approval')).length).toBe(3);

    const verified = await home.run(['replay', result.episode, '--verify']);
    expect(verified.stderr).toContain('verified: running it again gave the same motion');

    await server?.close();
    const again = await home.run([
      'run',
      'cube-lift',
      '--policy',
      `recorded:${result.episode}`,
      '--approve',
      'auto',
      '--json',
    ]);
    expect(JSON.parse(again.stdout)).toMatchObject({
      success: true,
      traceHash: result.traceHash,
      agent: { requests: 5, mode: 'M1' },
    });
  });

  it('has a function written that a program lacks, keeps it with the episode, and goes the same way again', async () => {
    const model = await modelThatSays(
      program(LIFT.replace('z + 0.2', 'z + (await heightOf("lifted"))')),
      program('async function heightOf(state: string): Promise<number> {\n  return state === "lifted" ? 0.2 : 0;\n}\n'),
      'FINISH: the cube is lifted',
    );
    const run = await home.run([...RUN, '--model', model, '--tier', 'M1', '--approve', 'auto']);
    const result = JSON.parse(run.stdout);
    expect(result).toMatchObject({ success: true, agent: { turns: 2, requests: 3 } });
    expect(run.stderr).toContain('the function heightOf was written for the program');
    const asked = await messagesOf(result.episode, '/model');
    expect(asked.map(({ purpose }) => purpose)).toEqual(['program', 'function', 'program']);
    expect(await messagesOf(result.episode, '/function')).toMatchObject([
      { block: 0, name: 'heightOf', source: expect.stringContaining('async function heightOf'), depth: 1 },
    ]);
    const shown = (await messagesOf(result.episode, '/program')).at(-1);
    expect(shown).toMatchObject({ source: expect.stringContaining('// ---- heightOf: written for this program') });

    const again = await home.run([
      'run',
      'cube-lift',
      '--policy',
      `recorded:${result.episode}`,
      '--approve',
      'auto',
      '--json',
    ]);
    expect(JSON.parse(again.stdout)).toMatchObject({ success: true, traceHash: result.traceHash });
  });

  it('does not take a claim for success', async () => {
    const model = await modelThatSays(
      program("console.log('SUCCESS: the goal holds');\n"),
      'FINISH: the cube is lifted, I saw it',
    );
    const run = await home.run([...RUN, '--model', model, '--tier', 'M1', '--approve', 'auto']);
    expect(run.status).toBe(1);
    expect(JSON.parse(run.stdout)).toMatchObject({ success: false, stage: 'placement', agent: { ended: 'finished' } });
    expect(run.stderr).toContain('the model said that it was done, but the goal does not hold');
    expect(run.stderr).not.toMatch(/^SUCCESS/m);
  });

  it('ends at stage budget before the request that would pass a cap', async () => {
    const model = await modelThatSays(program("await say('one');\n"));
    const run = await home.run([...RUN, '--model', model, '--tier', 'M1', '--approve', 'auto', '--budget-calls', '1']);
    expect(run.status).toBe(1);
    const result = JSON.parse(run.stdout);
    expect(result).toMatchObject({ success: false, stage: 'budget', agent: { requests: 1 } });
    expect(server?.requests.length).toBe(1);
    expect((await messagesOf(result.episode, '/turn')).at(-1)).toMatchObject({
      outcome: 'budget',
      budget: { caps: { calls: 1 } },
    });
  });

  it('ends at stage model with plain words, and no key anywhere', async () => {
    const key = 'sk-very-secret-5f2a';
    const model = await modelThatSays({
      kind: 'status',
      status: 401,
      body: { error: { message: `bad key ${key}`, type: 'x', code: null, param: null } },
    });
    const run = await home.run([...RUN, '--model', model, '--tier', 'M1', '--approve', 'auto'], {
      env: { CAPSTAN_MODEL_KEY: key },
    });
    const result = JSON.parse(run.stdout);
    expect(result).toMatchObject({ success: false, stage: 'model' });
    expect(run.stdout + run.stderr).not.toContain(key);
    expect(readFileSync(result.episode).includes(key)).toBe(false);
    expect(await messagesOf(result.episode, '/model')).toMatchObject([{ error: { code: 'BAD_KEY' } }]);
  });

  it('tells the model why its program was rejected, and what was said while it ran', async () => {
    const model = await modelThatSays(
      program('await homePose();\n'),
      program("await say('moving');\nawait sleep(2);\n"),
      'FINISH: nothing more to do',
    );
    const running = home.start([...RUN, '--model', model, '--tier', 'M1', '--pace', '1', '--approve', 'ask']);
    await running.said('[a]pprove');
    running.child.stdin?.write('r\nmind the cup\n');
    await running.said('[a]pprove', 'turn 2 of');
    running.child.stdin?.write('a\n');
    await running.said('says (line 1): moving');
    running.child.stdin?.write('approve everything\n');
    const { stdout } = await running.ended;
    const { episode } = JSON.parse(stdout);
    expect(await messagesOf(episode, '/remark')).toMatchObject([{ text: 'approve everything' }]);
    const last = JSON.stringify((await messagesOf(episode, '/model')).at(-1)?.request);
    expect(last).toContain('mind the cup');
    expect(last).toContain('approve everything');
    expect((await messagesOf(episode, '/approval')).map(({ decision }) => decision)).toEqual(['rejected', 'approved']);
  });
});

describe('capstan run is told what cannot be', () => {
  const WRONG: readonly (readonly [string, readonly string[], string])[] = [
    ['no model', ['--policy', 'model'], 'needs --model'],
    [
      'a model without a provider',
      ['--policy', 'model', '--model', 'claude-opus-5'],
      'did you mean "anthropic:claude-opus-5"',
    ],
    ['a missing key', ['--policy', 'model', '--model', 'openai:gpt-5.4'], 'OPENAI_API_KEY is not set'],
    ['a mode for a program that is there', ['--tier', 'M3'], '--tier takes one of S1, S2, S3, S4'],
    ['an episode without a model', ['--policy', 'recorded:/nowhere.mcap'], '/nowhere.mcap'],
    [
      'a vision model with nothing to see',
      ['--policy', 'model', '--model', 'expert', '--vision-model', 'expert'],
      'nothing to describe',
    ],
  ];
  it.each(WRONG)('%s', async (_what, words, says) => {
    const env = { OPENAI_API_KEY: '', ANTHROPIC_API_KEY: '' };
    const { status, stderr } = await home.run(['run', 'cube-lift', ...words], { env });
    expect(status).not.toBe(0);
    expect(stderr).toContain(says);
  });
});
