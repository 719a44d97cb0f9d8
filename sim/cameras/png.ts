// Owns PNG bytes of pictures: 8-bit colour and 16-bit grey (depth in millimetres). Works in Node and browsers alike.
// Must never read or write files.

import { decode, encode } from 'fast-png';

export type PngImage =
  /** Row by row from the top, red green blue. */
  | { readonly kind: 'rgb8'; readonly width: number; readonly height: number; readonly data: Uint8Array }
  /** Row by row from the top, one number per pixel. */
  | { readonly kind: 'grey16'; readonly width: number; readonly height: number; readonly data: Uint16Array };

/** PNG file of an image. Throws RangeError when the data do not fill width x height. */
export function encodePng(image: PngImage): Uint8Array {
  const channels = image.kind === 'rgb8' ? 3 : 1;
  const wanted = image.width * image.height * channels;
  if (image.data.length !== wanted) {
    throw new RangeError(
      `an image of ${image.width} x ${image.height} needs ${wanted} numbers, but ${image.data.length} came`,
    );
  }
  return encode({
    width: image.width,
    height: image.height,
    data: image.data,
    channels,
    depth: image.kind === 'rgb8' ? 8 : 16,
  });
}

/**
 * Image in a PNG file. An alpha channel is dropped and 8-bit grey becomes colour.
 * @throws Error when the bytes are no PNG, are damaged, or hold a kind of image this product never writes
 */
export function decodePng(bytes: Uint8Array): PngImage {
  const { width, height, data, depth, channels, palette } = decode(bytes, { checkCrc: true });
  if (depth === 16 && channels === 1 && data instanceof Uint16Array) return { kind: 'grey16', width, height, data };
  if (depth !== 8 || palette !== undefined) {
    throw new Error(
      `this PNG has ${channels} channels of ${depth} bits${palette === undefined ? '' : ' with a palette'}; only 8-bit colour or grey and 16-bit grey can be read`,
    );
  }
  const rgb = new Uint8Array(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel++) {
    for (let channel = 0; channel < 3; channel++) {
      rgb[pixel * 3 + channel] = data[pixel * channels + (channels >= 3 ? channel : 0)];
    }
  }
  return { kind: 'rgb8', width, height, data: rgb };
}

/** Depth in whole millimetres, as depth cameras deliver it; 0 where nothing was met or beyond 65.535 m. */
export function depthMillimetres(depthM: Float32Array): Uint16Array {
  return Uint16Array.from(depthM, (depth) => {
    const millimetres = Math.round(depth * 1000);
    return millimetres > 0 && millimetres <= 65535 ? millimetres : 0;
  });
}
