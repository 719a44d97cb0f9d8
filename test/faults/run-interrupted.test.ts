// What is left when a run is stopped, or one of its processes dies, in the middle of a motion.

import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readEpisode } from '../../drivers/episode/reader.ts';
import { CommandHome, type RunningCommand } from '../e2e/capstan-command.ts';

/** Says that it has started, then moves for about 40 s of robot time. */
const LONG_PROGRAM = `
await say('started');
for (let round = 0; round < 20; round++) {
  await gotoPose([0.5, 0.2, 0.2], [0, 1, 0, 0]);
  await gotoPose([0.5, -0.2, 0.2], [0, 1, 0, 0]);
}
`;

let home: CommandHome;
beforeAll(() => {
  home = new CommandHome();
});
afterAll(() => home.remove());

/** A run in the middle of its motion, at real time. */
async function inMotion(folder: string): Promise<RunningCommand> {
  const program = home.program('long.ts', LONG_PROGRAM);
  const words = ['--approve', 'auto', '--pace', '1', '--record', `${home.folder}/${folder}`, '--json'];
  const running = home.start(['run', 'cube-lift', '--policy', program, ...words]);
  await running.said('says (line 2): started');
  await new Promise((resolve) => setTimeout(resolve, 1500));
  return running;
}

function childrenOf(pid: number | undefined): number[] {
  const listed = execFileSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' });
  return listed
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([, parent]) => parent === pid)
    .map(([child]) => child);
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function gone(pids: readonly number[]): Promise<void> {
  while (pids.some(alive)) await new Promise((resolve) => setTimeout(resolve, 20));
}

async function onlyEpisode(folder: string) {
  const [name, ...more] = readdirSync(`${home.folder}/${folder}`);
  expect(more).toEqual([]);
  return readEpisode(new Uint8Array(readFileSync(`${home.folder}/${folder}/${name}`)));
}

describe('a run in the middle of a motion', () => {
  it('stops at Ctrl-C, says so, and keeps the stop in the episode', async () => {
    const running = await inMotion('ctrl-c');
    running.child.kill('SIGINT');
    const { status, stdout, stderr } = await running.ended;
    expect(status).toBe(1);
    expect(stderr).toContain('STOPPED by operator');
    expect(JSON.parse(stdout)).toMatchObject({ success: false, stage: 'stopped' });
    const episode = await onlyEpisode('ctrl-c');
    const stops = [];
    for await (const { message } of episode.messages('/stop')) stops.push(message);
    expect(stops).toMatchObject([{ source: 'operator', sent: true, restConfirmed: true }]);
    expect(episode.outcome).toMatchObject({ outcome: 'failed', stage: 'stopped' });
  });

  it('leaves a readable episode when the robot host is killed', async () => {
    const running = await inMotion('killed-host');
    const [host] = childrenOf(running.child.pid);
    const below = childrenOf(host);
    process.kill(host, 'SIGKILL');
    const { status, stderr } = await running.ended;
    expect(status).toBe(1);
    expect(stderr).toContain('robot host process ended');
    await gone(below); // neither the sandbox nor the twin outlives it
    const episode = await onlyEpisode('killed-host');
    expect(episode.complete).toBe(false);
    expect(episode.info).toMatchObject({ task: 'cube-lift' });
    let samples = 0;
    for await (const { topic } of episode.messages('/robot/trace')) samples += topic === '/robot/trace' ? 1 : 0;
    expect(samples).toBeGreaterThan(10);
    const recovered = await home.run(['episodes', 'recover', ...filesIn('killed-host'), '--json']);
    expect(recovered.status).toBe(0);
  });

  it('is stopped, recorded and cleared away when the command line itself is killed', async () => {
    const running = await inMotion('killed-session');
    const [host] = childrenOf(running.child.pid);
    const below = childrenOf(host);
    running.child.kill('SIGKILL');
    await running.ended;
    await gone([host, ...below]);
    const episode = await onlyEpisode('killed-session');
    expect(episode.complete).toBe(true);
    expect(episode.outcome).toMatchObject({ outcome: 'failed' });
  });

  it('fails at crash when the sandbox process is killed, and the host lives', async () => {
    const running = await inMotion('killed-sandbox');
    const [host] = childrenOf(running.child.pid);
    for (const child of childrenOf(host)) {
      const command = readFileSync(`/proc/${child}/cmdline`, 'utf8');
      if (command.includes('policy-host')) process.kill(child, 'SIGKILL');
    }
    const { status, stdout } = await running.ended;
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ success: false, stage: 'crash' });
    expect((await onlyEpisode('killed-sandbox')).complete).toBe(true);
  });
});

function filesIn(folder: string): string[] {
  return readdirSync(`${home.folder}/${folder}`).map((name) => `${home.folder}/${folder}/${name}`);
}
