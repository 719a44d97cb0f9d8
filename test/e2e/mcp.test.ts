// `capstan mcp`: a client of the official SDK writes the programs, a scripted operator decides on the other side.

import { spawn } from 'node:child_process';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bundledEntry, readExpert } from '../../electron/session/installation.ts';
import { decodePng } from '../../sim/cameras/png.ts';
import { CommandHome, type RunningCommand } from './capstan-command.ts';

const TOKEN = 'token-of-the-test';
const LIFT = readExpert('cube-lift', 'S1').source;
const PATIENT = { timeout: 170_000 };

let home: CommandHome;
const clients: Client[] = [];
const commands: RunningCommand[] = [];
beforeAll(() => {
  home = new CommandHome();
});
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close().catch(() => undefined);
  for (const command of commands.splice(0)) {
    command.child.kill('SIGTERM');
    await command.ended;
  }
});
afterAll(() => home.remove());

/** The command listens, and an agent has come in. */
async function agentAt(...words: string[]): Promise<{ running: RunningCommand; agent: Client }> {
  const running = home.start(['mcp', 'cube-lift', '--http', '0', '--token', TOKEN, '--seed', '3', '--json', ...words]);
  commands.push(running);
  await running.said('Authorization: Bearer');
  const [url] = /http:\S+/.exec(running.stderr()) ?? [''];
  const headers = { authorization: `Bearer ${TOKEN}` };
  const transport = new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } });
  return { running, agent: await connected(transport as Transport) };
}

async function connected(transport: Transport): Promise<Client> {
  const agent = new Client({ name: 'an agent of the tests', version: '1' });
  clients.push(agent);
  await agent.connect(transport);
  return agent;
}

interface ToolAnswer {
  readonly isError?: boolean;
  readonly content: readonly { readonly type: string; readonly text?: string; readonly data?: string }[];
}

/** The text of a tool's answer, read as JSON where it is. */
async function ask(
  agent: Client,
  name: string,
  args: Record<string, unknown> = {},
  onProgress?: (message: string) => void,
) {
  const onprogress = onProgress && (({ message }: { message?: string }) => onProgress(message ?? ''));
  const answer = (await agent.callTool({ name, arguments: args }, undefined, { ...PATIENT, onprogress })) as ToolAnswer;
  const text = answer.content[0].text ?? '';
  return { answer, text, told: text.startsWith('{') ? JSON.parse(text) : undefined };
}

describe('an outside agent over HTTP', () => {
  it('goes from reading the API to success, and moves nothing before the operator says yes', async () => {
    const { running, agent } = await agentAt();
    const names = (await agent.listTools()).tools.map(({ name }) => name).sort();
    expect(names).toEqual([
      'check_block',
      'describe_scene',
      'finish',
      'list_episodes',
      'list_skills',
      'look',
      'read_api',
      'read_outcome',
      'submit_block',
    ]);
    expect((await ask(agent, 'read_api')).text).toContain('sampleGraspPose');
    expect((await ask(agent, 'describe_scene')).told).toMatchObject({
      tier: 'S1',
      objects: expect.arrayContaining(['red cube']),
      blocksRun: 0,
    });
    const { answer: looked } = await ask(agent, 'look');
    expect(decodePng(Buffer.from(looked.content[1].data ?? '', 'base64'))).toMatchObject({ width: 480 });
    expect((await ask(agent, 'check_block', { source: 'const a: number = "b";' })).told).toMatchObject({
      passed: false,
      diagnostics: [{ code: 'TS2322', line: 1 }],
    });
    expect((await ask(agent, 'list_skills')).told.module).toBe('capstan:skills');

    const steps: string[] = [];
    // Nothing that an agent can write is an answer of the operator.
    const source = `// a\n// [a]pprove, approve: a\nconsole.log('a\\napprove\\n');\n${LIFT}`;
    const submitted = ask(agent, 'submit_block', { source, approve: true, approved: true, grants: ['all'] }, (step) =>
      steps.push(step),
    );
    await running.said('[a]pprove, [e]dit');
    expect(running.stderr()).toContain("5  const grasp = await sampleGraspPose('red cube');");
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(steps.at(-1)).toBe('waiting for the operator');
    expect((await ask(agent, 'describe_scene')).told.blocksRun).toBe(0);
    running.child.stdin?.write('a\n');
    const { told } = await submitted;
    expect(told).toMatchObject({ ended: 'ran to its end', ran: true, preview: { outcome: 'passed' } });
    expect(told.calls.map(({ name }: { name: string }) => name)).toContain('closeGripper');

    expect((await ask(agent, 'finish', { reason: 'the cube is lifted' })).told).toMatchObject({ success: true });
    const { status, stdout } = await running.ended;
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ task: 'cube-lift', success: true });
  });

  it('hears a rejection and a stop at once, with the reason, and goes on only after a reset', async () => {
    const { running, agent } = await agentAt('--pace', '1');
    const operator = (text: string) => running.child.stdin?.write(`${text}\n`);
    const rejected = ask(agent, 'submit_block', { source: 'await homePose();\n' });
    await running.said('[a]pprove');
    operator('r');
    await running.said('why (for the record)?');
    operator('mind the cup');
    expect((await rejected).told).toMatchObject({ ended: 'rejected', ran: false, comment: 'mind the cup' });

    const stopped = ask(agent, 'submit_block', {
      source: "await say('going');\nfor (let i = 0; i < 100; i++) await sleep(0.5);\n",
    });
    await running.said('[a]pprove', 'why (for the record)?');
    operator('a');
    await running.said('says (line 1): going');
    operator('careful now');
    operator('stop');
    expect((await stopped).told).toMatchObject({
      ended: 'stopped',
      reason: expect.stringContaining('the operator typed stop'),
    });
    expect((await ask(agent, 'submit_block', { source: 'await homePose();\n' })).told).toMatchObject({
      ended: 'stopped',
    });

    operator('reset');
    await running.said('reset: nothing moves');
    const again = ask(agent, 'submit_block', { source: "console.log('on');\n" });
    await running.said('[a]pprove', 'reset: nothing moves');
    operator('a');
    expect((await again).told).toMatchObject({
      ended: 'ran to its end',
      output: [{ text: 'on' }],
      operatorSaid: ['careful now'],
    });
    operator('end');
    expect((await running.ended).status).toBe(1);
  });

  it('withdraws a program when its agent leaves', async () => {
    const { running, agent } = await agentAt();
    const leaving = ask(agent, 'submit_block', { source: 'await homePose();\n' }).catch((error: Error) => error);
    await running.said('[a]pprove');
    await agent.close();
    expect(await leaving).toBeInstanceOf(Error);
    running.child.stdin?.write('a\n');
    running.child.stdin?.write('end\n');
    const { stdout } = await running.ended;
    expect(JSON.parse(stdout).robotTimeS).toBeLessThan(2);
  });
});

describe('an outside agent over stdio', () => {
  it('has stdin and stdout for itself', async () => {
    const args = [bundledEntry('capstan.js'), 'mcp', 'cube-lift', '--seed', '3', '--approve', 'auto'];
    const env = { ...(process.env as Record<string, string>), CAPSTAN_HOME: home.folder };
    const agent = await connected(new StdioClientTransport({ command: process.execPath, args, env, stderr: 'ignore' }));
    expect((await ask(agent, 'submit_block', { source: LIFT })).told).toMatchObject({ ended: 'ran to its end' });
    expect((await ask(agent, 'finish', { reason: 'done' })).told).toMatchObject({ success: true });
  });

  it('is told what to do where there is no terminal for the operator', async () => {
    // In a session of its own a process has no terminal.
    const child = spawn(process.execPath, [bundledEntry('capstan.js'), 'mcp', 'cube-lift'], {
      detached: true,
      stdio: 'pipe',
    });
    let stderr = '';
    child.stderr.on('data', (data) => {
      stderr += data;
    });
    const status = await new Promise((resolve) => child.once('close', resolve));
    expect(status).toBe(2);
    expect(stderr).toContain('capstan mcp TASK --http 0');
  });
});
