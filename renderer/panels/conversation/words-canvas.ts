// Owns how arriving words are put on the page: in blocks of a few kilobytes that are laid out once, and never more in one
// frame than a frame can bear. Knows nothing of models.

import type { PieceKind, PieceLog } from './piece-log.ts';

/** A block is closed at the next line end after this, characters; without a line end at twice as many. */
const BLOCK_CHARACTERS = 4000;
/** Most that is put down in one frame, characters. */
const FRAME_CHARACTERS = 64_000;

const LABELS: Readonly<Record<PieceKind, string>> = { text: '', reasoning: 'Reasoning' };

/** Cuts a piece where a block of `length` characters should end; the second part begins the next one. */
export function cutForBlock(piece: string, length: number): readonly [string, string] {
  if (length + piece.length <= BLOCK_CHARACTERS) return [piece, ''];
  const from = Math.max(0, BLOCK_CHARACTERS - length);
  const end = piece.indexOf('\n', from);
  const most = 2 * BLOCK_CHARACTERS - length;
  if (end >= 0 && end < most) return [piece.slice(0, end + 1), piece.slice(end + 1)];
  return piece.length <= most ? [piece, ''] : [piece.slice(0, most), piece.slice(most)];
}

/**
 * Draws a log into an element as it grows.
 * @returns what ends that
 */
export function drawWords(log: PieceLog, place: HTMLElement): () => void {
  let frame: number | undefined;
  let epoch = -1;
  let stretch = 0;
  let piece = 0;
  /** What of the current piece is not down yet, when a frame had enough. */
  let rest = '';
  let block: Text | undefined;

  const openStretch = (kind: PieceKind): HTMLElement => {
    const part = document.createElement('div');
    part.className = `words words-${kind}`;
    if (LABELS[kind] !== '') part.dataset.label = LABELS[kind];
    place.append(part);
    return part;
  };
  const openBlock = (): Text => {
    const part = document.createElement('div');
    part.className = 'words-block';
    const text = document.createTextNode('');
    part.append(text);
    place.lastElementChild?.append(part);
    return text;
  };

  const draw = () => {
    frame = undefined;
    if (log.epoch !== epoch) {
      place.replaceChildren();
      epoch = log.epoch;
      stretch = 0;
      piece = 0;
      rest = '';
      block = undefined;
    }
    let left = FRAME_CHARACTERS;
    while (stretch < log.stretches.length && left > 0) {
      const { kind, pieces } = log.stretches[stretch];
      if (place.children.length <= stretch) {
        openStretch(kind);
        block = undefined;
      }
      while ((rest !== '' || piece < pieces.length) && left > 0) {
        const next = rest === '' ? pieces[piece++] : rest;
        block ??= openBlock();
        const [now, later] = cutForBlock(next, block.length);
        block.appendData(now);
        left -= now.length;
        rest = later;
        if (later !== '' || block.length >= 2 * BLOCK_CHARACTERS) block = undefined;
      }
      if (rest !== '' || piece < pieces.length || stretch === log.stretches.length - 1) break;
      stretch += 1;
      piece = 0;
      block = undefined;
    }
    const last = log.stretches.length - 1;
    if (rest !== '' || stretch < last || piece < (log.stretches[last]?.pieces.length ?? 0)) schedule();
  };
  const schedule = () => {
    frame ??= requestAnimationFrame(draw);
  };
  const leave = log.onChange(schedule);
  schedule();
  return () => {
    leave();
    if (frame !== undefined) cancelAnimationFrame(frame);
    place.replaceChildren();
  };
}
