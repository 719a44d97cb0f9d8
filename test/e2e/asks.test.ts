// Programs that ask a model, in real sessions: one question for preview and run, kept with the episode and played again; a
// stop takes it back; a budget that is spent ends in its stage, and nothing has moved.

import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { readEpisode, type TopicName } from '../../drivers/episode/reader.ts';
import { readExpert } from '../../electron/session/installation.ts';
import { PolicyError } from '../../skills/api/errors.ts';
import { startOpenAiWire } from '../fixtures/wire/openai-wire.ts';
import type { WireServer } from '../fixtures/wire/wire-server.ts';
import { CommandHome } from './capstan-command.ts';
import { APPROVE, openStand, ScriptedOperator } from './session-stand.ts';

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

async function messagesOf(path: string, topic: TopicName): Promise<Record<string, unknown>[]> {
  const found: Record<string, unknown>[] = [];
  const episode = await readEpisode(new Uint8Array(readFileSync(path)));
  for await (const { message } of episode.messages(topic)) found.push(message as Record<string, unknown>);
  return found;
}

const ASKING = `const which = await askObject('was gehoben werden soll', ['bowl', 'red cube']);
if (which !== 'red cube') throw new Error(\`it is not the \${which}\`);
${readExpert('cube-lift', 'S1').source}`;

async function run(...words: string[]) {
  server = await startOpenAiWire({ key: null });
  server.orderBy((body) => {
    const { messages } = body as { messages: { content: unknown }[] };
    if (JSON.stringify(messages[0]).includes('asks you a question')) return { text: ['{"answer": 2}'] };
    if (JSON.stringify(messages).includes('ran to its end: ')) return { text: ['FINISH: it is lifted'] };
    return { text: [`Lift it.\n\n\`\`\`ts\n${ASKING}\`\`\`\n`] };
  });
  const model = ['--policy', 'model', '--model', `${server.url}/v1#student`, '--tier', 'S1', '--turns', '3'];
  return await home.run(['run', 'cube-lift', ...model, '--approve', 'auto', '--json', ...words]);
}

it('asks once for preview and run, keeps question and answer, and goes the same way again', async () => {
  const { stdout, stderr } = await run();
  expect(stderr).toContain('SUCCESS');
  const result = JSON.parse(stdout);
  const questions = (await messagesOf(result.episode, '/model')).filter(({ purpose }) => purpose === 'question');
  expect(questions).toMatchObject([{ reply: { text: '{"answer": 2}' }, request: { temperature: 0 } }]);
  expect(JSON.stringify(questions)).toContain('was gehoben werden soll');
  const calls = await messagesOf(result.episode, '/call');
  expect(calls.find(({ name }) => name === 'askObject')).toMatchObject({ outcome: 'returned', result: 'red cube' });

  await server?.close();
  const verified = await home.run(['replay', result.episode, '--verify']);
  expect(verified.stderr).toContain('verified: running it again gave the same motion');
  const again = await home.run([
    ...['run', 'cube-lift', '--policy', `recorded:${result.episode}`, '--approve', 'auto', '--json'],
  ]);
  expect(JSON.parse(again.stdout)).toMatchObject({ success: true, traceHash: result.traceHash });
});

it('ends at stage budget when the question is not allowed, and nothing has moved', async () => {
  const { status, stdout } = await run('--budget-calls', '1');
  expect(status).toBe(1);
  const result = JSON.parse(stdout);
  expect(result).toMatchObject({ success: false, stage: 'budget', agent: { requests: 1 } });
  expect((await messagesOf(result.episode, '/call')).length).toBe(0);
});

it('is taken back by a stop', async () => {
  let waits: () => void = () => undefined;
  const asked = new Promise<void>((resolve) => {
    waits = resolve;
  });
  let takenBack = false;
  const stand = await openStand(new ScriptedOperator(() => APPROVE), { asks: true });
  try {
    stand.session.answerWith({
      ask: (_question, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            takenBack = true;
            reject(new PolicyError({ code: 'STOPPED', stage: 'stopped', message: 'taken back', hint: '' }));
          });
          waits();
        }),
    });
    const story = stand.offer("await askQuestion('how many?', 'number');\nawait homePose();");
    await asked;
    await stand.session.stop('test');
    expect(await story).toMatchObject({ kind: 'stopped' });
    expect(takenBack).toBe(true);
  } finally {
    await stand.close();
  }
});

it('says how to get a model where there is none', async () => {
  const stand = await openStand(new ScriptedOperator(() => APPROVE), { asks: true });
  try {
    const story = await stand.offer("await askQuestion('how many?', 'number');");
    expect(story).toMatchObject({ kind: 'ran', failure: { stage: 'model', code: 'MODEL_FAILED', line: 1 } });
    expect(JSON.stringify(story)).toContain('--model');
  } finally {
    await stand.close();
  }
});
