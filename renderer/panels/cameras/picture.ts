// Owns turning a recorded picture into pixels for a canvas: colour as it is, depth as shades. Must never decode a picture
// whose own header says that it would fill the memory.

import { decode } from 'fast-png';

const MOST_PIXELS = 4096 * 4096;
/** What is farther is all one shade, millimetres. */
const FARTHEST_MM = 2000;

/** @throws Error in words */
export async function colourBitmap(data: Uint8Array, format: 'png' | 'jpeg'): Promise<ImageBitmap> {
  if (format === 'png') assertSize(data);
  const bitmap = await createImageBitmap(new Blob([data.slice()], { type: `image/${format}` }));
  if (bitmap.width * bitmap.height <= MOST_PIXELS) return bitmap;
  bitmap.close();
  throw new Error('the picture is too large');
}

/** Near is light, far is dark, unknown is striped. @throws Error in words */
export async function depthBitmap(data: Uint8Array): Promise<ImageBitmap> {
  assertSize(data);
  const { width, height, data: millimetres } = decode(data);
  const image = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    const mm = millimetres[i];
    const striped = ((i % width) + Math.floor(i / width)) % 8 < 2;
    const shade = mm === 0 ? (striped ? 90 : 40) : 255 - Math.round((Math.min(mm, FARTHEST_MM) / FARTHEST_MM) * 225);
    image.data.set([shade, shade, mm === 0 ? shade + 20 : shade, 255], i * 4);
  }
  return createImageBitmap(image);
}

/** Width and height stand in the first chunk of every PNG. */
function assertSize(data: Uint8Array): void {
  if (data.length < 24) throw new Error('the picture is cut');
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (view.getUint32(16) * view.getUint32(20) > MOST_PIXELS) throw new Error('the picture is too large');
}
