// The pixels of a screenshot, for tests that look at colours.

import { decode } from 'fast-png';

export class PNG {
  readonly width: number;
  readonly height: number;
  readonly #data: ArrayLike<number>;
  readonly #channels: number;

  constructor(bytes: Uint8Array) {
    const { width, height, data, channels } = decode(bytes);
    this.width = width;
    this.height = height;
    this.#data = data;
    this.#channels = channels;
  }

  /** Red, green, blue of a pixel, 0..1. */
  rgb(x: number, y: number): readonly [number, number, number] {
    const at = (Math.round(y) * this.width + Math.round(x)) * this.#channels;
    return [this.#data[at] / 255, this.#data[at + 1] / 255, this.#data[at + 2] / 255];
  }

  brightness(x: number, y: number): number {
    const [r, g, b] = this.rgb(x, y);
    return (r + g + b) / 3;
  }

  /** How much redder than its other colours. */
  redness(x: number, y: number): number {
    const [r, g, b] = this.rgb(x, y);
    return r - Math.max(g, b);
  }
}
