// An ensemble in a real session: candidates of a model behind a real HTTP server, chosen by what each did in the twin that is
// built from what was perceived; the record answers again without any server, to the same motion.

import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readEpisode, type TopicName } from '../../drivers/episode/reader.ts';
import { readExpert } from '../../electron/session/installation.ts';
import { startOpenAiWire } from '../fixtures/wire/openai-wire.ts';
import type { WireServer } from '../fixtures/wire/wire-server.ts';
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

const program = (code: string) => `This is what I would do.\n\n\`\`\`ts\n${code}\`\`\`\n`;
const LIFT = readExpert('cube-lift', 'S2').source;
const CLAIM = program("console.log('SUCCESS: the cube is lifted');\n");
/** Waits after its work, as a function that does not exist yet says. */
const RIGHT = program(`${LIFT}\nawait sleep(pauseS());\n`);
const PAUSE = program('function pauseS(): number {\n  return 0.5;\n}\n');
const WRONG_NAME = program("await getObjectPose('purple ball');\n");

/** Answers by temperature, so that the order in which requests arrive does not matter. */
async function studentServer(): Promise<string> {
  server = await startOpenAiWire({ key: null });
  server.orderBy((body) => {
    const { temperature, messages } = body as { temperature?: number; messages: unknown };
    const asked = JSON.stringify(messages);
    if (asked.includes('ran to its end: ')) return { text: ['FINISH: the cube is lifted'] };
    if (asked.includes('pauseS') && !asked.includes('Run in the twin.')) return { text: [PAUSE] };
    return { text: [temperature === 0.5 ? RIGHT : temperature === 0.9 ? WRONG_NAME : CLAIM] };
  });
  return `${server.url}/v1#student`;
}

async function messagesOf(path: string, topic: TopicName): Promise<Record<string, unknown>[]> {
  const found: Record<string, unknown>[] = [];
  const episode = await readEpisode(new Uint8Array(readFileSync(path)));
  for await (const { message } of episode.messages(topic)) found.push(message as Record<string, unknown>);
  return found;
}

/** Eight runs in twins at a tier that looks: a watchdog for a busy machine. */
const LONG = { timeout: 600_000 };
const RUN = ['run', 'cube-lift', '--policy', 'model', '--seed', '3', '--approve', 'auto', '--json'];

describe('an ensemble in a session', () => {
  it(
    'takes the program that works in the perceived twin, keeps everything, and goes the same way again',
    LONG,
    async () => {
      const model = await studentServer();
      const run = await home.run([...RUN, '--model', model, '--tier', 'M1', '--ensemble', '3']);
      expect(run.stderr).toContain('SUCCESS');
      const result = JSON.parse(run.stdout);
      expect(result).toMatchObject({ success: true, tier: 'S2', agent: { ensemble: 3, turns: 2, ended: 'finished' } });
      expect(run.stderr).toContain(`${model} at 0.5: in the twin: ran to its end; the goal would hold`);
      expect(run.stderr).toContain('by the twin of what was perceived');

      const [first, second] = await messagesOf(result.episode, '/ensemble');
      expect(first).toMatchObject({
        chosen: 1,
        votes: { program: 3, finish: 0 },
        candidates: [
          { temperature: 0.1, preview: { world: 'perceived' } },
          { temperature: 0.5, completed: expect.stringContaining('function pauseS'), preview: { outcome: 'passed' } },
          { temperature: 0.9, preview: { outcome: 'failed' } },
          { origin: 'synthesis', temperature: 0.2 },
        ],
      });
      expect(second).toMatchObject({ votes: { program: 0, finish: 3 } });
      const asked = await messagesOf(result.episode, '/model');
      expect(asked.map(({ purpose }) => purpose).sort()).toEqual([
        ...['function', 'program', 'program', 'program', 'program', 'program', 'program', 'synthesis'],
      ]);
      // Drafts are no programs of the session: what was offered is.
      expect(new Set((await messagesOf(result.episode, '/program')).map(({ source }) => source)).size).toBe(2);
      expect((await messagesOf(result.episode, '/approval')).length).toBe(1);

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
        agent: { ensemble: 3, requests: result.agent.requests },
      });
      expect(again.stderr).not.toContain('were not asked again');
    },
  );

  it('chooses in the perceived twin in a benchmark, and the report says so', LONG, async () => {
    const model = await studentServer();
    const out = `${home.folder}/ensemble-bench`;
    const words = ['--model', model, '--tier', 'M1', '--turns', '1', '--ensemble', '3'];
    const bench = await home.run([
      'bench',
      '--tasks',
      'cube-lift',
      '--policy',
      'model',
      ...words,
      '--trials',
      '1',
      '--seed0',
      '3',
      '--workers',
      '1',
      '--out',
      out,
      '--json',
    ]);
    const [row] = JSON.parse(bench.stdout);
    expect(row).toMatchObject({ trials: 1, successes: 1, policy: `${model}, ensemble of 3` });
    expect(row.modelUse.requests).toBe(5);
    expect(bench.stderr).toContain('never in a copy of the world');
    const report = await home.run(['report', out, '--pictures', '0']);
    expect(report.status).toBe(0);
    expect(readFileSync(`${out}/report.html`, 'utf8')).toContain('never in a copy of the world');
  });

  it.each([
    ['the same request under two names', ['--model', 'expert', '--tier', 'M1', '--ensemble', '3'], 'takes no temper'],
    [
      'voices that nobody named',
      ['--model', 'http://127.0.0.1:9/v1#x', '--tier', 'M1', '--ensemble', '3', '--ensemble-temperatures', '0.2'],
      'make 1 voices, not 3',
    ],
    ['a set without a number', ['--model', 'expert', '--tier', 'M1', '--ensemble-models', 'expert'], 'need --ensemble'],
    [
      'no temperature',
      ['--model', 'expert', '--tier', 'M1', '--ensemble', '2', '--ensemble-temperatures', 'warm'],
      'numbers from 0 to 2',
    ],
  ])('is told %s', async (_what, words, says) => {
    const { status, stderr } = await home.run([...RUN, ...words]);
    expect(status).not.toBe(0);
    expect(stderr).toContain(says);
  });

  it('does not choose by the answer: no benchmark with an ensemble where the twin copies the world', async () => {
    const words = ['--model', 'http://127.0.0.1:9/v1#x', '--tier', 'S1', '--ensemble', '2'];
    const { status, stderr } = await home.run(['bench', '--tasks', 'cube-lift', '--policy', 'model', ...words]);
    expect(status).not.toBe(0);
    expect(stderr).toContain('to choose by the answer');
  });
});
