// `run --detector`: a model server on the loopback that speaks SAM 3's format finds the cube for a program that names it
// in words no pixel detector knows; a wrong settings file is refused before anything starts.

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { readDetectorFile } from '../../electron/cli/detector-file.ts';
import { decodePng } from '../../sim/cameras/png.ts';
import { fromBase64, toBase64 } from '../../skills/perception/base64.ts';
import { CommandHome } from './capstan-command.ts';

const servers: Server[] = [];
const homes: CommandHome[] = [];

afterEach(async () => {
  for (const home of homes.splice(0)) home.remove();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

function newHome(): CommandHome {
  const home = new CommandHome();
  homes.push(home);
  return home;
}

/** Answers every phrase with the red pixels of the picture it is sent. */
async function redSam3(): Promise<{ readonly url: string; readonly phrases: string[] }> {
  const phrases: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { image_base64, text_prompt } = JSON.parse(Buffer.concat(chunks).toString('utf8'));
      phrases.push(text_prompt);
      const { width, height, data } = decodePng(fromBase64(image_base64));
      const mask = Uint8Array.from({ length: width * height }, (_, k) =>
        data[3 * k] > 90 && data[3 * k] > 2.2 * data[3 * k + 1] && data[3 * k] > 2.2 * data[3 * k + 2] ? 1 : 0,
      );
      const result = {
        mask_base64: toBase64(mask),
        shape: [height, width],
        box: [0, 0, width, height],
        score: 0.9,
        label: text_prompt,
      };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ results: [result] }));
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, phrases };
}

const LIFT = `const look = await getObservation();
const [gizmo] = await segmentText(look.id, 'crimson gizmo');
const [grasp] = await planGrasp(look.id, gizmo);
const { position, quatWxyz } = grasp;
await openGripper();
await executePlan((await planMotion({ pose: { position, quatWxyz }, approachM: 0.1 })).id);
await closeGripper();
await moveBy([0, 0, 0.15]);
`;

describe('run --detector', () => {
  it('lets a program find things with a model server, and does not claim to repeat it', async () => {
    const { url, phrases } = await redSam3();
    const home = newHome();
    const program = home.program('lift.ts', LIFT);
    const settings = home.program('servers.yaml', `sam3: ${url}\nretries: 0\n`);
    const words = ['run', 'cube-lift', '--tier', 'S3', '--policy', program, '--approve', 'auto', '--seed', '7'];
    const { status, stderr } = await home.run([...words, '--detector', settings]);
    expect(stderr).toContain('SUCCESS');
    expect(status).toBe(0);
    // Once in the preview, once in the run.
    expect(phrases).toEqual(['crimson gizmo', 'crimson gizmo']);

    const replay = await home.run(['replay', home.episodes()[0], '--verify']);
    expect(replay.status).not.toBe(0);
    expect(`${replay.stdout}${replay.stderr}`).toContain('model servers found things for it');
  });

  it('refuses settings that are not as documented, with the file, the field and the fix', async () => {
    const home = newHome();
    const read = (text: string) => () => readDetectorFile(home.program('servers.yaml', text));
    expect(read('sam3: localhost\n')).toThrow(/servers\.yaml: sam3: .*The fields are sam3, sam2, owlVit/);
    expect(read('sam: http://127.0.0.1:8114\n')).toThrow(/servers\.yaml: the file: .*sam.*The fields are sam3/);
    expect(read('sam2: http://127.0.0.1:8113\n')).toThrow(/name the address of sam3, or of both owlVit and sam2/);
    expect(read('sam3: [\n')).toThrow(/servers\.yaml: .*line/);
    expect(() => readDetectorFile('nowhere.yaml')).toThrow(/there is no file .*nowhere\.yaml/);
    const settings = home.program('good.yaml', 'sam3: http://127.0.0.1:8114\n');
    const looksAtNothing = await home.run(['run', 'cube-lift', '--approve', 'auto', '--detector', settings]);
    expect(looksAtNothing).toMatchObject({ status: 2, stderr: expect.stringContaining('add --tier S2, S3 or S4') });
  });
});
