// Owns video files: raw pictures in, an MP4 out, one frame after the other at a fixed rate, by the ffmpeg on the PATH.
// Must never drop or repeat a frame.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { EpisodeError } from '../episode-error.ts';

const DEBIAN = 'On Debian and Ubuntu: apt install ffmpeg. On macOS: brew install ffmpeg.';

/** @throws EpisodeError NO_FFMPEG when there is none, or one that cannot write H.264 */
export function requireFfmpeg(): void {
  const found = spawnSync('ffmpeg', ['-hide_banner', '-encoders'], { encoding: 'utf8' });
  if (found.error !== undefined || found.status !== 0) {
    throw new EpisodeError(
      'NO_FFMPEG',
      'Videos need ffmpeg, and there is none on the PATH; nothing was written.',
      `${DEBIAN} Or export without pictures: --images none.`,
    );
  }
  if (found.stdout.includes('libx264')) return;
  throw new EpisodeError(
    'NO_FFMPEG',
    'The ffmpeg on the PATH cannot write H.264 (libx264); nothing was written.',
    `${DEBIAN} Or export without pictures: --images none.`,
  );
}

export interface VideoFormat {
  readonly width: number;
  readonly height: number;
  readonly framesPerS: number;
}

/** What info.json says of the videos. */
export const VIDEO_CODEC = { codec: 'h264', pixelFormat: 'yuv420p' } as const;
/** Every second frame stands alone, so that a trainer reaches any frame fast; LeRobot's own choice. */
const FRAMES_PER_GROUP = 2;
const QUALITY = 23;
const ERROR_TAIL = 2000;

/** A video being written. */
export class VideoFile {
  readonly path: string;
  readonly #frameBytes: number;
  readonly #ffmpeg: ChildProcess;
  readonly #ended: Promise<number | null>;
  #errors = '';
  #frames = 0;

  constructor(path: string, { width, height, framesPerS }: VideoFormat) {
    this.path = path;
    this.#frameBytes = width * height * 3;
    const input = [
      '-f',
      'rawvideo',
      '-pix_fmt',
      'rgb24',
      '-s',
      `${width}x${height}`,
      '-r',
      String(framesPerS),
      '-i',
      '-',
    ];
    const output = ['-c:v', 'libx264', '-pix_fmt', VIDEO_CODEC.pixelFormat, '-g', String(FRAMES_PER_GROUP)];
    const exact = ['-crf', String(QUALITY), '-bf', '0', '-fps_mode', 'passthrough', '-video_track_timescale', '90000'];
    this.#ffmpeg = spawn(
      'ffmpeg',
      ['-hide_banner', '-loglevel', 'error', '-y', ...input, '-an', ...output, ...exact, '-threads', '1', path],
      { stdio: ['pipe', 'ignore', 'pipe'] },
    );
    this.#ffmpeg.stderr?.on('data', (text: Buffer) => {
      this.#errors = (this.#errors + text.toString()).slice(-ERROR_TAIL);
    });
    // A pipe that broke is told by the exit code.
    this.#ffmpeg.stdin?.on('error', () => undefined);
    this.#ended = new Promise((resolve) => {
      this.#ffmpeg.once('error', (error) => {
        this.#errors += error.message;
        resolve(null);
      });
      this.#ffmpeg.once('close', (code) => resolve(code));
    });
  }

  /** Frames taken so far. */
  get frames(): number {
    return this.#frames;
  }

  /** Bytes written so far; frames still inside the encoder do not count. */
  async bytes(): Promise<number> {
    return (await stat(this.path).catch(() => undefined))?.size ?? 0;
  }

  /** Takes the next frame: row by row from the top, red green blue. @throws EpisodeError VIDEO_FAILED, RangeError */
  async add(rgb: Uint8Array): Promise<void> {
    if (rgb.length !== this.#frameBytes) {
      throw new RangeError(`a frame of this video has ${this.#frameBytes} bytes, not ${rgb.length}`);
    }
    const { stdin } = this.#ffmpeg;
    if (stdin === null || stdin.destroyed) throw await this.#failure();
    this.#frames += 1;
    if (stdin.write(rgb)) return;
    await Promise.race([once(stdin, 'drain').catch(() => undefined), this.#ended]);
    if (stdin.destroyed) throw await this.#failure();
  }

  /** Completes the file. @throws EpisodeError VIDEO_FAILED */
  async finish(): Promise<void> {
    this.#ffmpeg.stdin?.end();
    if ((await this.#ended) !== 0) throw await this.#failure();
  }

  /** Gives the file up, half as it is. */
  async abandon(): Promise<void> {
    this.#ffmpeg.kill('SIGKILL');
    await this.#ended;
  }

  async #failure(): Promise<EpisodeError> {
    await this.#ended;
    return new EpisodeError(
      'VIDEO_FAILED',
      `ffmpeg gave up on ${this.path}: ${this.#errors.trim() || 'it said nothing'}.`,
      'Look at the free space of the disk; then export again.',
    );
  }
}
