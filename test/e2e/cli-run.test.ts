// `capstan run` as a newcomer meets it: success, approval, every kind of bad program, stops, and what is left on disk.

import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Episode, readEpisode, type TopicName } from '../../drivers/episode/reader.ts';
import { readExpert } from '../../electron/session/installation.ts';
import { CommandHome } from './capstan-command.ts';

let home: CommandHome;
beforeAll(() => {
  home = new CommandHome();
});
afterAll(() => home.remove());

async function episodeAt(path: string): Promise<Episode> {
  return readEpisode(new Uint8Array(readFileSync(path)));
}

async function messagesOf(episode: Episode, topic: TopicName): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const { message } of episode.messages(topic)) found.push(message);
  return found;
}

describe('capstan run', () => {
  it('lifts the cube with the expert, and says the same trace hash every time', async () => {
    const words = ['run', 'cube-lift', '--policy', 'expert', '--approve', 'auto', '--seed', '3', '--json'];
    const [first, second] = [await home.run(words), await home.run(words)];
    expect(first.stderr).toContain('SUCCESS');
    expect([first.status, second.status]).toEqual([0, 0]);
    const result = JSON.parse(first.stdout);
    expect(result).toMatchObject({
      task: 'cube-lift',
      seed: 3,
      success: true,
      stage: null,
      preview: { outcome: 'passed', predictedSuccess: 'yes' },
    });
    expect(JSON.parse(second.stdout).traceHash).toBe(result.traceHash);

    const bench = await home.run(['bench', '--tasks', 'cube-lift', '--seed0', '3', '--trials', '1', '--json']);
    expect(bench.status).toBe(0);
    expect(JSON.parse(readFileSync(trialFile(bench.stderr), 'utf8')).traceHash).toBe(result.traceHash);

    const replay = await home.run(['replay', result.episode, '--verify', '--json']);
    expect(replay.stderr).toContain('verified: running it again gave the same motion');
    expect(replay.status).toBe(0);
  });

  it('does not verify an episode whose motion was another one', async () => {
    const run = await home.run(['run', 'cube-lift', '--approve', 'auto', '--json']);
    const { episode, traceHash } = JSON.parse(run.stdout);
    // A finished file says its hash in its metadata: another digit there is another motion.
    const bytes = readFileSync(episode);
    const at = bytes.lastIndexOf(Buffer.from(traceHash));
    expect(at).toBeGreaterThan(0);
    const forged = home.program('forged.mcap', '');
    bytes[at] = bytes[at] === 0x30 ? 0x31 : 0x30;
    writeFileSync(forged, bytes);
    const replay = await home.run(['replay', forged, '--verify']);
    expect(replay.stderr).toContain('NOT the same');
    expect(replay.status).toBe(1);
  });

  it('asks, and takes neither an unknown answer nor the end of the input for a yes', async () => {
    const silent = await home.run(['run', 'cube-lift', '--json'], { input: '' });
    expect(silent.status).toBe(1);
    expect(JSON.parse(silent.stdout)).toMatchObject({ success: false, stage: 'rejected' });
    const muttering = await home.run(['run', 'cube-lift', '--json'], { input: 'y\nyes\n\nok\n' });
    expect(JSON.parse(muttering.stdout)).toMatchObject({ success: false, stage: 'rejected' });
    expect(JSON.parse(muttering.stdout).robotTimeS).toBe(0);
  });

  it('runs what the operator approves, and keeps who decided', async () => {
    const run = await home.run(['run', 'cube-lift', '--json'], { input: 'what?\na\n' });
    expect(run.status).toBe(0);
    const episode = await episodeAt(JSON.parse(run.stdout).episode);
    expect(await messagesOf(episode, '/approval')).toMatchObject([{ decision: 'approved', by: 'operator' }]);
  });

  it('keeps the reason of a rejection and moves nothing', async () => {
    const run = await home.run(['run', 'cube-lift', '--json'], { input: 'r\ntoo close to my coffee\n' });
    expect(run.status).toBe(1);
    const { episode: path, robotTimeS } = JSON.parse(run.stdout);
    expect(robotTimeS).toBe(0);
    const episode = await episodeAt(path);
    expect(await messagesOf(episode, '/approval')).toMatchObject([
      { decision: 'rejected', comment: 'too close to my coffee' },
    ]);
    expect(await messagesOf(episode, '/call')).toEqual([]);
  });

  it('checks and previews an edited program anew before it asks again', async () => {
    const edited = home.program('edited.ts', readExpert('cube-lift', 'S1').source.replace('z + 0.2', 'z + 0.15'));
    const editor = home.program('editor.sh', `#!/bin/sh\ncp "${edited}" "$1"\n`);
    chmodSync(editor, 0o755);
    const run = await home.run(['run', 'cube-lift', '--json'], { input: 'e\na\n', env: { EDITOR: editor } });
    expect(run.status).toBe(0);
    const episode = await episodeAt(JSON.parse(run.stdout).episode);
    expect(await messagesOf(episode, '/program')).toMatchObject([{ origin: 'expert' }, { origin: 'edited' }]);
    expect((await messagesOf(episode, '/preview')).length).toBe(2);
  });

  it('shows what a program prints as text, never as lines or colours of its own', async () => {
    const fake = '\\u001b[2K\\rSUCCESS after 1.0 s\\n  outcome    passed; the goal would hold\\u202e';
    const program = home.program(
      'forger.ts',
      `console.log('${fake}');\nawait say('${fake}');\nthrow new Error('${fake}');\n`,
    );
    const { stderr } = await home.run(['run', 'cube-lift', '--policy', program], { input: 'a\n' });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there
    expect(stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(stderr).not.toMatch(/^\s*(SUCCESS|outcome +passed)/m);
    expect(stderr).toContain('\\u{1b}[2K\\rSUCCESS after 1.0 s\\n');
  });

  it('leaves a soft limit to a person', async () => {
    const program = home.program('strong.ts', 'await closeGripper({ forceN: 65 });\n');
    const run = await home.run(['run', 'cube-lift', '--policy', program, '--approve', 'auto', '--json']);
    expect(JSON.parse(run.stdout)).toMatchObject({ success: false, stage: 'rejected' });
    expect(run.stderr).toContain('gripForceN');
  });
});

function trialFile(benchOutput: string): string {
  const folder = /^results: (.*)$/m.exec(benchOutput)?.[1] ?? '';
  return `${folder}/cube-lift/S1-expert/seed-000003/result.json`;
}

interface BadProgram {
  readonly what: string;
  readonly source: string;
  readonly stage: string;
  readonly line: number;
  readonly says: RegExp;
}

const BAD_PROGRAMS: readonly BadProgram[] = [
  {
    what: 'a type error',
    source: "\nconst height: number = 'high';\nawait gotoPose([0.5, 0, height], [0, 1, 0, 0]);\n",
    stage: 'check',
    line: 2,
    says: /string.*number/,
  },
  {
    what: 'an unknown object',
    source: "await getObjectPose('blue banana');\n",
    stage: 'perception',
    line: 1,
    says: /"blue banana"[\s\S]*"red cube"/,
  },
  {
    what: 'an unreachable pose',
    source: '\n\nawait gotoPose([2, 0, 0.1], [0, 1, 0, 0]);\n',
    stage: 'planning',
    line: 3,
    says: /out of reach/,
  },
  {
    what: 'a certain drop',
    source:
      "const g = await sampleGraspPose('red cube');\nawait openGripper();\nawait gotoPose(g.position, g.quatWxyz, { zApproach: 0.1 });\nawait closeGripper();\nawait gotoPose([g.position[0], g.position[1], g.position[2] + 0.2], g.quatWxyz);\nawait openGripper();\n",
    stage: 'placement',
    line: 6,
    says: /fell 20 cm/,
  },
  {
    what: 'an endless loop',
    source: 'let turns = 0;\nfor (;;) {\n  turns++;\n}\n',
    stage: 'timeout',
    line: 2,
    says: /without an end/,
  },
  {
    what: 'a loop that catches everything',
    source: 'while (true) {\n  try {\n    while (true) {}\n  } catch {}\n}\n',
    stage: 'timeout',
    line: 1,
    says: /without an end/,
  },
  {
    what: 'a 2 GB allocation',
    source: 'const bytes = new Uint8Array(2 * 1024 ** 3);\nconsole.log(bytes.length);\n',
    stage: 'limit',
    line: 1,
    says: /memory|length/,
  },
  { what: 'a syntax error', source: 'const x = (1 + ;\n', stage: 'check', line: 1, says: /xpression expected/ },
  { what: 'an empty file', source: '', stage: 'check', line: 1, says: /empty/ },
  { what: 'a 5 MB file', source: `// ${'a'.repeat(5_000_000)}\n`, stage: 'check', line: 1, says: /limit is 256 kB/ },
];

describe('a bad program', () => {
  for (const { what, source, stage, line, says } of BAD_PROGRAMS) {
    it(`ends with a clear message: ${what}`, async () => {
      const program = home.program(`${what.replaceAll(' ', '-')}.ts`, source);
      const run = await home.run(['run', 'cube-lift', '--policy', program, '--approve', 'auto', '--json']);
      expect(run.status).toBe(1);
      const result = JSON.parse(run.stdout);
      expect(result).toMatchObject({ success: false, stage });
      expect(result.line).toBe(line);
      expect(run.stderr).toMatch(says);
      expect(run.stderr).toContain(`FAILED at ${stage}`);
      if (stage !== 'check' || what === 'an empty file') expect(run.stderr).toContain('next: ');
      const episode = await episodeAt(result.episode);
      expect(episode.complete).toBe(true);
      expect(episode.outcome).toMatchObject({ outcome: 'failed', stage });
      expect(await messagesOf(episode, '/program')).toMatchObject([{ source }]);
    });
  }
});

describe('asking wrongly', () => {
  for (const [what, words, says] of [
    ['no task', ['run'], /name one task/],
    ['an unknown task', ['run', 'cube-juggle'], /the tasks are: .*cube-lift/],
    ['an unknown option', ['run', 'cube-lift', '--force'], /--force/],
    ['a seed that is no number', ['run', 'cube-lift', '--seed', 'blue'], /whole number/],
    ['a program that is not there', ['run', 'cube-lift', '--policy', 'nowhere.ts'], /no program file/],
    ['an unknown command', ['levitate'], /there is no command "levitate"/],
    ['a folder that cannot be written', ['run', 'cube-lift', '--record', '/dev/null/episodes'], /cannot be the folder/],
    ['an episode that is none', ['replay', 'package.json'], /MCAP/],
  ] as const) {
    it(`is answered with what to do: ${what}`, async () => {
      const { status, stderr } = await home.run(words);
      expect(status).not.toBe(0);
      expect(stderr).toMatch(says);
      expect(stderr).not.toMatch(/^\s+at .*\.js/m);
    });
  }
});
