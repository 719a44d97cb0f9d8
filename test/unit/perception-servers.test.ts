import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Observation } from '../../drivers/cameras/camera-port.ts';
import { intrinsicsFromFov, lookAt } from '../../sim/cameras/camera-model.ts';
import { decodePng } from '../../sim/cameras/png.ts';
import { createRandomStream } from '../../sim/random.ts';
import { compose, mat3FromQuat, type Pose, quatNormalize, transformPoint } from '../../sim/spatial.ts';
import { fromBase64, toBase64 } from '../../skills/perception/base64.ts';
import { decodeNpy, encodeNpy } from '../../skills/perception/npy.ts';
import { askServer } from '../../skills/perception/server-client.ts';
import { ServerDetector } from '../../skills/perception/server-detector.ts';
import { serverSettingsSchema } from '../../skills/perception/server-settings.ts';
import { askGraspNet } from '../../skills/perception/servers/grasp-net.ts';
import { readPoints } from '../../skills/perception/servers/molmo.ts';
import { askPyrokiIk, askPyrokiPlan } from '../../skills/perception/servers/pyroki.ts';

const seed = Number(process.env.CAPSTAN_TEST_SEED);
const [WIDTH, HEIGHT] = [8, 6];

const observation: Observation = {
  camera: 'scene',
  width: WIDTH,
  height: HEIGHT,
  colorSrgb: Uint8Array.from({ length: WIDTH * HEIGHT * 3 }, (_, i) => (i * 7) % 256),
  depthM: Float32Array.from({ length: WIDTH * HEIGHT }, (_, i) => 0.5 + i * 0.001),
  intrinsics: intrinsicsFromFov(WIDTH, HEIGHT, 0.8),
  worldFromCamera: lookAt([1, 0.2, 0.8], [0.5, 0, 0]),
  timeS: 0,
};

const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

type Handler = (path: string, body: unknown, response: ServerResponse, count: number) => void;

/** A server on the loopback that reads JSON and answers as told. */
async function serve(handler: Handler): Promise<{ readonly url: string; readonly count: () => number }> {
  let count = 0;
  const server = createServer((request: IncomingMessage, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      count++;
      if (request.method !== 'POST' || request.headers['content-type'] !== 'application/json') {
        response.writeHead(415).end('JSON by POST only');
        return;
      }
      handler(request.url ?? '', JSON.parse(Buffer.concat(chunks).toString('utf8')), response, count);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, count: () => count };
}

/** Answers only the question the schema describes, at one path; 422 with the reason for any other, as FastAPI does. */
function strict<Body>(path: string, schema: z.ZodType<Body>, answer: (body: Body) => unknown): Handler {
  return (at, body, response) => {
    if (at !== path) {
      response.writeHead(404).end(`there is no ${at}`);
      return;
    }
    const parsed = schema.safeParse(body);
    if (!parsed.success) {
      response.writeHead(422).end(JSON.stringify(parsed.error.issues));
      return;
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer(parsed.data)));
  };
}

const png = z.string().refine((text) => {
  const image = decodePng(fromBase64(text));
  return image.kind === 'rgb8' && image.width === WIDTH && image.height === HEIGHT && image.data[5] === 35;
});

function maskText(set: readonly number[]): string {
  const bytes = new Uint8Array(WIDTH * HEIGHT);
  for (const pixel of set) bytes[pixel] = 1;
  return toBase64(bytes);
}

function sam3Result(set: readonly number[], score: number, label = 'red cube') {
  return { mask_base64: maskText(set), shape: [HEIGHT, WIDTH], box: [0, 0, 3, 3], score, label };
}

const quick = { timeoutMs: 2000, retries: 2, firstWaitMs: 1 };
const sam3Body = z.strictObject({ image_base64: png, text_prompt: z.string() });

async function sam3With(results: readonly unknown[]) {
  const { url } = await serve(strict('/segment', sam3Body, () => ({ results })));
  return new ServerDetector({ sam3: url, ...quick });
}

describe('masks from SAM 3', () => {
  it('come back best first, with their boxes', async () => {
    const detector = await sam3With([sam3Result([20, 21], 0.5), sam3Result([9, 10, 17, 18], 0.9)]);
    const answer = await detector.segmentText(observation, 'red cube');
    expect(answer).toEqual({
      kind: 'found',
      masks: [
        { label: 'red cube', score: 0.9, box: [1, 1, 3, 3], pixels: Uint32Array.of(9, 10, 17, 18) },
        { label: 'red cube', score: 0.5, box: [4, 2, 6, 3], pixels: Uint32Array.of(20, 21) },
      ],
    });
  });

  it('that are none, weak or empty are "nothing"', async () => {
    for (const results of [[], [sam3Result([3], 0.1)], [sam3Result([], 0.9)]]) {
      const answer = await (await sam3With(results)).segmentText(observation, 'red cube');
      expect(answer).toMatchObject({ kind: 'nothing', message: expect.stringContaining('red cube') });
    }
  });

  it('of two things that score alike are "unsure", of one thing twice are not', async () => {
    const apart = await sam3With([sam3Result([1, 2, 3], 0.8), sam3Result([30, 31], 0.79)]);
    expect(await apart.segmentText(observation, 'cube')).toMatchObject({ kind: 'unsure', masks: { length: 2 } });
    const twice = await sam3With([sam3Result([1, 2, 3], 0.8), sam3Result([1, 2, 3, 4], 0.79)]);
    expect(await twice.segmentText(observation, 'cube')).toMatchObject({ kind: 'found' });
  });

  it('of another size than the picture are refused', async () => {
    const wrongShape = { ...sam3Result([1], 0.9), shape: [WIDTH, HEIGHT] };
    const short = { ...sam3Result([1], 0.9), mask_base64: toBase64(new Uint8Array(7)) };
    for (const result of [wrongShape, short]) {
      const detector = await sam3With([result]);
      await expect(detector.segmentText(observation, 'cube')).rejects.toMatchObject({
        code: 'SERVER_ANSWER',
        message: expect.stringMatching(/mask of .* for a picture of 6 x 8/),
      });
    }
  });

  it('at a point are decoded from one block of bytes', async () => {
    const body = z.strictObject({ image_base64: png, point_coords: z.tuple([z.literal(3), z.literal(2)]) });
    const bytes = new Uint8Array(2 * WIDTH * HEIGHT);
    bytes[19] = 1;
    bytes[WIDTH * HEIGHT + 19] = 255;
    bytes[WIDTH * HEIGHT + 20] = 255;
    const { url } = await serve(
      strict('/segment_point', body, () => ({
        scores: [0.4, 0.7],
        masks_base64: toBase64(bytes),
        masks_shape: [2, HEIGHT, WIDTH],
        masks_dtype: 'uint8',
      })),
    );
    for (const settings of [{ sam3: url }, { sam2: url }]) {
      const answer = await new ServerDetector({ ...settings, ...quick }).segmentPoint(observation, 3, 2);
      expect(answer.kind === 'found' && answer.masks.map(({ pixels }) => [...pixels])).toEqual([[19, 20], [19]]);
    }
  });
});

describe('masks from OWL-ViT and SAM 2', () => {
  it('are made of the boxes that score enough', async () => {
    const owl = await serve(
      strict(
        '/detect',
        z.strictObject({
          image_base64: png,
          texts: z.tuple([z.tuple([z.literal('bowl')])]),
          threshold: z.literal(0.05),
        }),
        () => ({
          detections: [
            { label: 'bowl', score: 0.1, box: [0, 0, 2, 2] },
            { label: 'bowl', score: 0.7, box: [2, 2, 5, 5] },
          ],
        }),
      ),
    );
    const sam = await serve(
      strict(
        '/segment',
        z.strictObject({
          image_base64: png,
          box: z.tuple([z.literal(2), z.literal(2), z.literal(5), z.literal(5)]),
          max_masks: z.literal(1),
        }),
        () => ({ masks: [{ mask_base64: maskText([18, 19, 26]), shape: [HEIGHT, WIDTH], score: 0.99 }] }),
      ),
    );
    const detector = new ServerDetector({ owlVit: owl.url, sam2: sam.url, ...quick });
    const answer = await detector.segmentText(observation, 'bowl');
    expect(answer).toMatchObject({ kind: 'found', masks: [{ score: 0.7, pixels: Uint32Array.of(18, 19, 26) }] });
    expect(sam.count()).toBe(1);
  });
});

describe('points from Molmo', () => {
  const body = z.strictObject({
    model: z.literal('allenai/Molmo2-8B'),
    temperature: z.literal(0),
    messages: z.tuple([
      z.strictObject({
        role: z.literal('user'),
        content: z.tuple([
          z.strictObject({
            type: z.literal('image_url'),
            image_url: z.strictObject({ url: z.string().startsWith('data:image/png;base64,') }),
          }),
          z.strictObject({ type: z.literal('text'), text: z.literal('Point at the red cube') }),
        ]),
      }),
    ]),
  });

  it('are asked for in a chat and read from its answer', async () => {
    const said = [
      '<points coords="1 1 500 250">red cube</points>',
      'There are none.',
      '<points coords="1 1 100 100; 1 2 900 900"/>',
    ];
    for (const [i, kind] of (['found', 'nothing', 'unsure'] as const).entries()) {
      const { url } = await serve(
        strict('/v1/chat/completions', body, () => ({ choices: [{ message: { content: said[i] } }] })),
      );
      const detector = new ServerDetector({ molmo: { url: `${url}/v1` }, ...quick });
      const answer = await detector.pointAt(observation, 'the red cube');
      expect(answer.kind).toBe(kind);
      if (answer.kind === 'found') expect([answer.u, answer.v]).toEqual([4, 2]);
    }
  });

  it('are read in thousandths or hundredths, by the notation', () => {
    expect(readPoints('<points coords="523 310"/>', 1000, 1000)).toEqual([{ u: 523, v: 310 }]);
    expect(readPoints('<point x="52.3" y="31.0" alt="a">a</point>', 1000, 1000)).toEqual([{ u: 523, v: 310 }]);
    expect(readPoints('<points x1="10" y1="20" x2="30.5" y2="40">', 1000, 1000)).toEqual([
      { u: 100, v: 200 },
      { u: 305, v: 400 },
    ]);
    expect(readPoints(' (52.3, 31) ', 1000, 1000)).toEqual([{ u: 523, v: 310 }]);
    expect(readPoints('I cannot see it in 3, 4 or 5 places', 1000, 1000)).toEqual([]);
    expect(() => readPoints('<point x="180" y="3">', 100, 100)).toThrow(/outside/);
  });
});

describe('grasps from Contact-GraspNet', () => {
  const npyOf = (shape: readonly number[]) =>
    z.string().transform((text, context) => {
      const array = decodeNpy(fromBase64(text));
      if (array.shape.join() !== shape.join()) context.addIssue(`shape ${array.shape.join()}`);
      return array;
    });
  const body = z.strictObject({
    depth_base64: npyOf([HEIGHT, WIDTH]),
    cam_K_base64: npyOf([3, 3]),
    segmap_base64: npyOf([HEIGHT, WIDTH]),
    segmap_id: z.literal(1),
    local_regions: z.literal(true),
    filter_grasps: z.literal(true),
    skip_border_objects: z.literal(false),
    forward_passes: z.literal(1),
    max_retries: z.literal(7),
  });

  it('are brought to the fingertips in the base frame, best first', async () => {
    const random = createRandomStream(seed, 'grasp-net');
    // Two hands in the camera frame, as the network writes them: x closing, z approach, origin 103.4 mm behind.
    const hands: Pose[] = [0, 1].map(() => ({
      position: [random.uniform(-0.1, 0.1), random.uniform(-0.1, 0.1), random.uniform(0.3, 0.6)],
      quatWxyz: quatNormalize([
        random.uniform(0.2, 1),
        random.gaussian(0, 1),
        random.gaussian(0, 1),
        random.gaussian(0, 1),
      ]),
    }));
    const matrices = hands.flatMap(({ position: p, quatWxyz }) => {
      const m = mat3FromQuat(quatWxyz);
      return [m[0], m[1], m[2], p[0], m[3], m[4], m[5], p[1], m[6], m[7], m[8], p[2], 0, 0, 0, 1];
    });
    const contacts = hands.flatMap((hand) => [...transformPoint(hand, [0.02, 0, 0.1034])]);
    const { url } = await serve(
      strict('/plan', body, ({ depth_base64: depth, cam_K_base64: k, segmap_base64: map }) => {
        expect(depth.data).toEqual(observation.depthM);
        expect(k.data[2]).toBe(observation.intrinsics.cx);
        expect([...map.data.keys()].filter((i) => map.data[i] === 1)).toEqual([10, 11]);
        return {
          grasps_base64: toBase64(encodeNpy({ data: Float64Array.from(matrices), shape: [2, 4, 4] })),
          scores_base64: toBase64(encodeNpy({ data: Float32Array.of(0.25, 0.75), shape: [2] })),
          contact_pts_base64: toBase64(encodeNpy({ data: Float32Array.from(contacts), shape: [2, 3] })),
        };
      }),
    );
    const grasps = await askGraspNet(url, observation, { pixels: Uint32Array.of(10, 11) }, quick);
    expect(grasps.map(({ score }) => score)).toEqual([0.75, 0.25]);
    const tips = transformPoint(compose(observation.worldFromCamera, hands[1]), [0, 0, 0.1034]);
    const closing = transformPoint(compose(observation.worldFromCamera, hands[1]), [1, 0, 0.1034]);
    const [{ pose, widthM }] = grasps;
    const alongY = transformPoint(pose, [0, 1, 0]);
    for (let axis = 0; axis < 3; axis++) {
      expect(pose.position[axis]).toBeCloseTo(tips[axis], 6);
      expect(alongY[axis]).toBeCloseTo(closing[axis], 6);
    }
    expect(widthM).toBeCloseTo(0.04, 5);
  });

  it('may be none, and must fit together', async () => {
    const answer = (scores: number) => ({
      grasps_base64: toBase64(encodeNpy({ data: new Float64Array(0), shape: [0, 4, 4] })),
      scores_base64: toBase64(encodeNpy({ data: new Float64Array(scores), shape: [scores] })),
      contact_pts_base64: toBase64(encodeNpy({ data: new Float64Array(0), shape: [0, 3] })),
    });
    const none = await serve(strict('/plan', body, () => answer(0)));
    expect(await askGraspNet(none.url, observation, { pixels: Uint32Array.of(1) }, quick)).toEqual([]);
    const odd = await serve(strict('/plan', body, () => answer(3)));
    await expect(askGraspNet(odd.url, observation, { pixels: Uint32Array.of(1) }, quick)).rejects.toMatchObject({
      code: 'SERVER_ANSWER',
    });
  });
});

describe('joint angles from PyRoKi', () => {
  const down: Pose = { position: [0.5, 0.1, 0.2], quatWxyz: [0, 1, 0, 0] };
  // The hand is 103.4 mm above fingertips that point down.
  const hand = z
    .array(z.number())
    .length(7)
    .refine(([w, x, , , px, py, pz]) => w === 0 && x === 1 && px === 0.5 && py === 0.1 && Math.abs(pz - 0.3034) < 1e-9);
  const joints = [0, 0.1, 0.2, -1.5, 0, 1.6, 0.7];

  it('are asked for the hand and given for the arm', async () => {
    const { url } = await serve(
      strict(
        '/ik',
        z.strictObject({ target_pose_wxyz_xyz: hand, prev_cfg: z.array(z.number()).length(8) }),
        ({ prev_cfg }) => ({ joint_positions: prev_cfg.map((q) => q + 1) }),
      ),
    );
    expect(await askPyrokiIk(url, down, joints, quick)).toEqual(joints.map((q) => q + 1));
  });

  it('come as way points for a plan', async () => {
    const { url } = await serve(
      strict(
        '/plan',
        z.strictObject({
          start_pose_wxyz_xyz: hand,
          end_pose_wxyz_xyz: hand,
          timesteps: z.literal(2),
          dt: z.literal(0.02),
        }),
        () => ({
          waypoints: [
            [...joints, 0.04],
            [...joints, 0.04],
          ],
          dt: 0.02,
        }),
      ),
    );
    const plan = await askPyrokiPlan(url, down, down, { timesteps: 2 }, quick);
    expect(plan).toEqual({ waypointsRad: [joints, joints], stepS: 0.02 });
  });
});

describe('a server that does not do its part', () => {
  const ask = (baseUrl: string, patience: Partial<typeof quick> = {}, signal?: AbortSignal) =>
    askServer(
      { server: 'SAM 3', baseUrl, path: '/segment', body: {}, answer: z.object({ results: z.array(z.number()) }) },
      { ...quick, ...patience },
      signal,
    );

  it('is down when the connection is refused, after every try', async () => {
    const { url } = await serve((_path, _body, response) => response.end());
    const [server] = servers.splice(0);
    await new Promise((resolve) => server.close(resolve));
    const detector = new ServerDetector({ sam3: url, ...quick });
    await expect(detector.segmentText(observation, 'cube')).rejects.toMatchObject({
      code: 'SERVER_DOWN',
      retryable: true,
      hint: expect.stringContaining('not "nothing found"'),
    });
  });

  it('is asked again after status 500 and 503, and believed when it recovers', async () => {
    const broken = await serve((_path, _body, response, count) =>
      count < 3 ? response.writeHead(count === 1 ? 500 : 503).end('out of memory') : response.end('{"results":[7]}'),
    );
    expect(await ask(broken.url)).toEqual({ results: [7] });
    expect(broken.count()).toBe(3);
    const dead = await serve((_path, _body, response) => response.writeHead(500).end('out of memory'));
    await expect(ask(dead.url)).rejects.toMatchObject({
      code: 'SERVER_ANSWER',
      message: expect.stringMatching(/status 500: out of memory/),
    });
    expect(dead.count()).toBe(3);
  });

  it('is not asked again when it refuses the question', async () => {
    const { url, count } = await serve((_path, _body, response) => response.writeHead(422).end('no such field'));
    await expect(ask(url)).rejects.toMatchObject({ code: 'SERVER_ANSWER', message: expect.stringContaining('422') });
    expect(count()).toBe(1);
  });

  it('is down when it is too slow, and is not asked again', async () => {
    const { url, count } = await serve(() => undefined);
    await expect(ask(url, { timeoutMs: 60 })).rejects.toMatchObject({
      code: 'SERVER_DOWN',
      message: expect.stringContaining('within 0.06 s'),
    });
    expect(count()).toBe(1);
  });

  it('is down when its answer is cut off', async () => {
    const { url, count } = await serve((_path, _body, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('{"results":');
      setTimeout(() => response.destroy(), 5);
    });
    await expect(ask(url)).rejects.toMatchObject({ code: 'SERVER_DOWN' });
    expect(count()).toBe(3);
  });

  it('has answered wrongly when the answer is no JSON or another JSON', async () => {
    for (const [text, message] of [
      ['<html>hello</html>', /not in JSON: <html>/],
      ['{"results":"none"}', /"results" is not as agreed/],
      ['{"results":[1,"2"]}', /"results\.1" is not as agreed/],
      ['', /empty answer/],
    ] as const) {
      const { url, count } = await serve((_path, _body, response) => response.end(text));
      await expect(ask(url)).rejects.toMatchObject({ code: 'SERVER_ANSWER', message: expect.stringMatching(message) });
      expect(count()).toBe(1);
    }
  });

  it('is left alone as soon as the caller gives up', async () => {
    const slow = await serve(() => undefined);
    const stop = new AbortController();
    const asked = ask(slow.url, {}, stop.signal);
    setTimeout(() => stop.abort(new Error('the operator stopped')), 20);
    await expect(asked).rejects.toThrow('the operator stopped');
    const waiting = new AbortController();
    const broken = await serve((_path, _body, response) => {
      response.writeHead(500).end();
      setTimeout(() => waiting.abort(new Error('the operator stopped')), 20);
    });
    await expect(ask(broken.url, { firstWaitMs: 60_000 }, waiting.signal)).rejects.toThrow('the operator stopped');
    expect(broken.count()).toBe(1);
  });

  it('is named when it is not configured', async () => {
    const detector = new ServerDetector({});
    await expect(detector.segmentText(observation, 'cube')).rejects.toMatchObject({ code: 'NO_SERVER' });
    await expect(detector.segmentPoint(observation, 1, 1)).rejects.toMatchObject({ code: 'NO_SERVER' });
    await expect(detector.segmentPoint(observation, -1, 1)).rejects.toMatchObject({ code: 'BAD_QUERY' });
    await expect(detector.segmentText(observation, '  ')).rejects.toMatchObject({ code: 'BAD_QUERY' });
  });

  it('cannot be named with a key or an address that makes no sense', () => {
    expect(() => serverSettingsSchema.parse({ sam: 'http://localhost:1' })).toThrow(/sam/);
    expect(() => serverSettingsSchema.parse({ sam3: 'localhost:8114' })).toThrow(/sam3/);
    expect(() => serverSettingsSchema.parse({ sam3: 'file:///etc/passwd' })).toThrow(/sam3/);
  });
});

describe('arrays for NumPy', () => {
  it('are the bytes that np.save writes', () => {
    // python3 -c "import numpy as n,io,base64; b=io.BytesIO(); n.save(b, n.array([[1.5,-2]],'f4')); print(b.getvalue().hex())"
    const header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }".padEnd(117);
    const expected = Buffer.concat([
      Buffer.from('\x93NUMPY\x01\x00v\x00', 'latin1'),
      Buffer.from(`${header}\n`, 'latin1'),
      Buffer.from('0000c03f000000c0', 'hex'),
    ]);
    expect(Buffer.from(encodeNpy({ data: Float32Array.of(1.5, -2), shape: [1, 2] }))).toEqual(expected);
  });

  it('come back as they were, of every kind', () => {
    for (const data of [
      Uint8Array.of(0, 255, 3),
      Int32Array.of(-5, 7, 1 << 30),
      Float32Array.of(0.5, -1, 3),
      Float64Array.of(Math.PI, -0, 1e300),
    ]) {
      expect(decodeNpy(encodeNpy({ data, shape: [3] }))).toEqual({ data, shape: [3] });
      expect(decodeNpy(encodeNpy({ data, shape: [3, 1] })).shape).toEqual([3, 1]);
    }
  });

  it('that are cut or of another kind are refused', () => {
    const bytes = encodeNpy({ data: Float64Array.of(1, 2), shape: [2] });
    const text = (from: string, to: string) =>
      Uint8Array.from(Buffer.from(Buffer.from(bytes).toString('latin1').replace(from, to), 'latin1'));
    expect(() => decodeNpy(bytes.subarray(0, 20))).toThrow(/header/);
    expect(() => decodeNpy(bytes.subarray(0, bytes.length - 1))).toThrow(/cut off/);
    expect(() => decodeNpy(bytes.subarray(1))).toThrow(/does not start/);
    expect(() => decodeNpy(text('<f8', '|O8'))).toThrow(/kind "\|O8"/);
    expect(() => decodeNpy(text("False, 'shape': (2,)", "True, 'shape': (2,1)"))).toThrow(/column by column/);
  });
});
