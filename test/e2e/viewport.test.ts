// The viewport in a real browser, over a recording made here: what is seen is where the recording says it is.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Episode, type EpisodeMessage, readEpisode } from '../../drivers/episode/reader.ts';
import { ArmKinematics, TOOL } from '../../renderer/scene/arm-kinematics.ts';
import { QUALITIES } from '../../renderer/scene/quality-governor.ts';
import { readRobotShells } from '../../renderer/scene/robot-shells.ts';
import type { SceneStats } from '../../renderer/scene/scene-messages.ts';
import { distance, type Vec3 } from '../../sim/spatial.ts';
import { CommandHome } from './capstan-command.ts';
import { type OpenPage, openChromium } from './chromium-page.ts';
import { PNG } from './png-pixels.ts';

const PAGE = `<!doctype html><html lang="en" data-theme="dark"><head><title>viewport</title><link rel="icon" href="data:,">
<link rel="stylesheet" href="page.css"></head><body><div id="app"></div><script type="module" src="page.js"></script></body></html>`;
const home = new CommandHome();
const built = mkdtempSync(join(tmpdir(), 'capstan-viewport-'));
let open: OpenPage;
let shells: Uint8Array;
let tips: EpisodeMessage<'/robot/tcp'>[];
let joints: EpisodeMessage<'/robot/joint_states'>[];
let transforms: EpisodeMessage<'/tf'>[];

async function all<T extends '/robot/tcp' | '/robot/joint_states' | '/tf'>(episode: Episode, topic: T) {
  const list: EpisodeMessage<T>[] = [];
  for await (const message of episode.messages(topic)) list.push(message);
  return list;
}

beforeAll(async () => {
  const { buildRobotShells } = (await import(pathToFileURL(resolve('esbuild.config.js')).href)) as {
    buildRobotShells: (outdir: string) => Promise<void>;
  };
  await Promise.all([
    buildRobotShells(built),
    build({
      entryPoints: { page: 'test/e2e/viewport-page.tsx', 'scene-worker': 'renderer/scene/scene-worker.ts' },
      outdir: built,
      bundle: true,
      format: 'esm',
      platform: 'browser',
      jsx: 'automatic',
      define: { 'process.env.NODE_ENV': '"production"' },
      logLevel: 'silent',
    }),
    home.run(['run', 'cube-lift', '--policy', 'expert', '--approve', 'auto']),
  ]);
  const [file] = home.episodes();
  const recording = new Uint8Array(readFileSync(file));
  const episode = await readEpisode(recording);
  [tips, joints, transforms] = await Promise.all([
    all(episode, '/robot/tcp'),
    all(episode, '/robot/joint_states'),
    all(episode, '/tf'),
  ]);
  const made = (name: string) => new Uint8Array(readFileSync(join(built, name)));
  shells = made('panda.bin');
  open = await openChromium({
    'index.html': PAGE,
    'page.js': made('page.js'),
    'page.css': made('page.css'),
    'scene-worker.js': made('scene-worker.js'),
    'panda.bin': shells,
    'episode.mcap': recording,
  });
}, 300_000);

afterAll(async () => {
  await open?.close();
  home.remove();
  rmSync(built, { recursive: true, force: true });
});

beforeEach(async () => {
  await open.page.reload();
  await open.page.waitForFunction(() => 'viewport' in window);
  await open.page.evaluate(() => window.viewport.open('episode.mcap'));
  await stillPicture();
});

const stats = async (): Promise<SceneStats> => {
  const found = await open.page.evaluate(() => window.viewport.sceneLink()?.stats());
  if (found === undefined) throw new Error('there is no scene');
  return found;
};

/** Waits until the good picture at rest has been drawn, and nothing came after it. */
async function stillPicture(): Promise<SceneStats> {
  for (;;) {
    const first = await stats();
    await open.page.waitForTimeout(150);
    const second = await stats();
    if (first.still && second.still && first.frames === second.frames) return second;
  }
}

const project = (point: Vec3) =>
  open.page.evaluate(async (at) => window.viewport.sceneLink()?.project(at), point as [number, number, number]);
const pickAt = (x: number, y: number) =>
  open.page.evaluate(([px, py]) => window.viewport.sceneLink()?.pick(px, py), [x, y] as const);

async function cubeAt(timeS: number): Promise<Vec3> {
  const message = transforms.findLast((one) => one.timeS <= timeS + 1e-9);
  const found = message?.message.transforms.find(({ childFrame }) => childFrame === 'red cube');
  if (found === undefined) throw new Error('the recording has no cube');
  return found.parentFromChild.position;
}

describe('the viewport', () => {
  it('computes the fingertip where it was recorded, at every instant', () => {
    const kinematics = new ArmKinematics(readRobotShells(shells.slice().buffer).chain);
    let farthestM = 0;
    for (const [index, { message }] of joints.entries()) {
      const angles = message.joints.slice(0, 7).map(({ position }) => position);
      kinematics.pose({ position: [0, 0, 0], quatWxyz: [1, 0, 0, 0] }, angles, 0.04);
      farthestM = Math.max(farthestM, distance(kinematics.origin(TOOL), tips[index].message.pose.position));
    }
    expect(joints.length).toBeGreaterThan(100);
    expect(farthestM).toBeLessThan(1e-4);
  });

  it('shows what it is about to words as well: objects, and a sentence for those who do not see it', async () => {
    const region = open.page.getByRole('application');
    const words = await open.page.locator('#viewport-words').textContent();
    expect(words).toContain('A Panda arm');
    expect(words).toContain('red cube');
    expect(await region.getAttribute('aria-describedby')).toBe('viewport-words');
    await open.page.getByRole('button', { name: 'Objects' }).click();
    await open.page.getByRole('menuitemcheckbox', { name: 'red cube' }).click();
    await stillPicture();
    expect(await open.page.locator('.viewport-tip-sign').textContent()).toContain('red cube');
  });

  it('draws nothing of a robot that is not known, and says so', async () => {
    await open.page.reload();
    await open.page.waitForFunction(() => window.viewport?.useViewport.getState().drawing.kind === 'drawn');
    await stillPicture();
    expect(await open.page.getByText('Nothing to show yet').isVisible()).toBe(true);
    expect(await pickAt(640, 360)).toBeNull();
    // The mark of the commanded fingertip once stood at the origin.
    const origin = await project([0, 0, 0]);
    const picture = new PNG(await open.page.screenshot());
    expect(picture.redness(origin?.x ?? 0, origin?.y ?? 0)).toBeLessThan(0.1);
  });

  it('puts things and robot where the recording has them, through the whole of it', async () => {
    for (const share of [0, 0.45, 0.95]) {
      const timeS = transforms[Math.floor(share * (transforms.length - 1))].timeS;
      await open.page.evaluate((at) => window.viewport.source.seek(at), timeS);
      // From above nothing but the hand hides the cube; from the front its lower half is free.
      await open.page.evaluate(() => window.viewport.sceneLink()?.gesture({ kind: 'preset', preset: 'front' }));
      await stillPicture();
      const [x, y, z] = await cubeAt(timeS);
      const low = await project([x + 0.02, y, z - 0.014]);
      expect(await pickAt(low?.x ?? 0, low?.y ?? 0), `the cube at ${timeS} s`).toMatchObject({ name: 'red cube' });
      const beside = await project([x + 0.02, y + 0.05, z - 0.014]);
      expect((await pickAt(beside?.x ?? 0, beside?.y ?? 0))?.name).not.toBe('red cube');
      const tip = tips.findLast((one) => one.timeS <= timeS + 1e-9)?.message.pose.position ?? [0, 0, 0];
      const hand = await project([tip[0], tip[1], tip[2] + 0.07]);
      const hit = await pickAt(hand?.x ?? 0, hand?.y ?? 0);
      expect(hit?.part, `the hand at ${timeS} s`).toBe('arm');
      expect(['left/hand', 'left/left_finger', 'left/right_finger']).toContain(hit?.name);
    }
  });

  it('chooses what is clicked, for the whole console, and lets go of it', async () => {
    const [x, y, z] = await cubeAt(0);
    const at = await project([x, y, z]);
    await open.page.mouse.click(at?.x ?? 0, at?.y ?? 0);
    await open.page.waitForFunction(() => window.viewport.useConsole.getState().selection !== null);
    expect(await open.page.evaluate(() => window.viewport.useConsole.getState().selection)).toEqual({
      kind: 'object',
      name: 'red cube',
    });
    const sign = open.page.locator('.viewport-tip-sign');
    await sign.waitFor();
    expect(await sign.textContent()).toContain(`x ${Math.round(x * 1000)}, y ${Math.round(y * 1000)}`);
    await open.page.keyboard.press('Escape');
    expect(await open.page.evaluate(() => window.viewport.useConsole.getState().selection)).toBeNull();
  });

  it('draws nothing while nothing changes', async () => {
    const before = await stillPicture();
    // The same instant again is no change, and neither is time that passes.
    await open.page.evaluate(() => {
      const { source } = window.viewport;
      for (let i = 0; i < 20; i++) source.seek(source.playback().cursorS, false);
    });
    await open.page.waitForTimeout(1500);
    expect((await stats()).frames).toBe(before.frames);
  });

  it('draws less well while something moves, and one good picture at rest', async () => {
    const rest = await stillPicture();
    expect(rest.ratio).toBeGreaterThanOrEqual(1);
    const ratios: number[] = [];
    for (let i = 0; i < 12; i++) {
      await open.page.evaluate(() => window.viewport.sceneLink()?.gesture({ kind: 'orbit', dx: 9, dy: 0 }));
      const now = await stats();
      if (!now.still && now.frames > rest.frames) ratios.push(now.ratio);
    }
    const after = await stillPicture();
    expect(after.frames).toBeGreaterThan(rest.frames);
    expect(after.ratio).toBe(rest.ratio);
    // Without a graphics card every picture of a motion is a smaller one.
    if (rest.software) for (const ratio of ratios) expect(ratio).toBeLessThan(1);
    expect(after.level).toBeLessThan(QUALITIES.length);
  });

  it('shows the robot in both themes: a white arm before a ground that goes with the page', async () => {
    const grounds: number[] = [];
    for (const theme of ['light', 'dark'] as const) {
      await open.page.evaluate((one) => window.viewport.setTheme(one), theme);
      await stillPicture();
      const picture = new PNG(await open.page.screenshot());
      const [x, y] = [picture.width, picture.height];
      grounds.push(picture.brightness(0.03 * x, 0.3 * y));
      // The forearm's shell, in the light.
      const tip = tips[0].message.pose.position;
      const shell = await project([tip[0], tip[1], tip[2] + 0.2]);
      expect(picture.brightness(shell?.x ?? 0, shell?.y ?? 0), `the arm in the ${theme} theme`).toBeGreaterThan(0.5);
    }
    expect(grounds[0]).toBeGreaterThan(0.7);
    expect(grounds[1]).toBeLessThan(0.3);
  });

  it('turns, moves and zooms by mouse and by keys', async () => {
    const view = () => open.page.evaluate(() => window.viewport.useViewport.getState().view);
    const first = await view();
    await open.page.mouse.move(640, 300);
    await open.page.mouse.down();
    await open.page.mouse.move(720, 330, { steps: 4 });
    await open.page.mouse.up();
    await stillPicture();
    const turned = await view();
    expect(turned?.azimuthRad).toBeLessThan(first?.azimuthRad ?? 0);
    expect(turned?.preset).toBeNull();
    await open.page.mouse.wheel(0, -400);
    await stillPicture();
    const closer = await view();
    expect(closer?.distanceM).toBeLessThan(turned?.distanceM ?? 0);
    await open.page.getByRole('application').focus();
    await open.page.keyboard.press('Shift+ArrowRight');
    await open.page.keyboard.press('-');
    await stillPicture();
    const moved = await view();
    expect(moved?.target).not.toEqual(closer?.target);
    expect(moved?.distanceM).toBeGreaterThan(closer?.distanceM ?? 0);
    await open.page.keyboard.press('Home');
    await stillPicture();
    expect((await view())?.azimuthRad).toBeCloseTo(first?.azimuthRad ?? 0, 6);
  });

  it('shows the preview as a ghost that can be put at any instant', async () => {
    const slider = open.page.getByRole('slider', { name: 'Instant of the preview' });
    const plain = await stats();
    await slider.focus();
    await open.page.keyboard.press('End');
    await stillPicture();
    expect((await stats()).frames).toBeGreaterThan(plain.frames);
    expect(await slider.getAttribute('aria-valuetext')).toMatch(/^(\d\.\d) of \1 seconds$/);
    await open.page.getByRole('button', { name: 'Hide the ghost' }).click();
    expect(await open.page.evaluate(() => window.viewport.useViewport.getState().scrubS)).toBeNull();
  });

  it('comes back when the graphics driver takes its picture away', async () => {
    const before = await stillPicture();
    await open.page.evaluate(() => window.viewport.sceneLink()?.rehearseLoss());
    await open.page.waitForFunction(() => window.viewport.useViewport.getState().drawing.kind === 'lost');
    await open.page.waitForFunction(() => window.viewport.useViewport.getState().drawing.kind === 'drawn');
    const after = await stillPicture();
    expect(after.frames).toBeGreaterThan(before.frames);
    const [x, y, z] = await cubeAt(0);
    const at = await project([x, y, z]);
    expect(await pickAt(at?.x ?? 0, at?.y ?? 0)).toMatchObject({ name: 'red cube' });
    // Beside the lines of the preview.
    const face = await project([x + 0.02, y - 0.013, z - 0.012]);
    const picture = new PNG(await open.page.screenshot());
    expect(picture.redness(face?.x ?? 0, face?.y ?? 0)).toBeGreaterThan(0.2);
  });

  it('says so in words where nothing can be drawn', async () => {
    const page = open.page;
    const worker = readFileSync(join(built, 'scene-worker.js'), 'utf8');
    await page.route('**/scene-worker.js', (route) =>
      route.fulfill({
        contentType: 'text/javascript',
        body: `OffscreenCanvas.prototype.getContext = () => null;\n${worker}`,
      }),
    );
    await page.reload();
    await page.waitForFunction(() => window.viewport?.useViewport.getState().drawing.kind === 'none');
    await page.evaluate(() => window.viewport.open('episode.mcap'));
    expect(await page.getByText('The 3D view cannot be drawn').isVisible()).toBe(true);
    const words = await page.locator('.viewport-none').textContent();
    expect(words).toContain('has no WebGL 2');
    expect(words).toContain('the arm is not affected');
    await page.unroute('**/scene-worker.js');
  });
});
