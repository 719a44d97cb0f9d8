// Owns telling listeners of a source about changes, at most once per frame. Must never call one during the change itself.

export interface FrameNotifier {
  subscribe(listener: () => void): () => void;
  /** Something has changed; listeners hear of it in the next frame. */
  changed(): void;
  dispose(): void;
}

/** Where there are no frames, as in tests and hidden pages that still count, milliseconds. */
const FRAME_MS = 16;

/** Runs a task in the next frame; returns what calls it off. */
export type NextFrame = (task: () => void) => () => void;

export const nextFrame: NextFrame = (task) => {
  if (typeof requestAnimationFrame === 'function') {
    const frame = requestAnimationFrame(task);
    return () => cancelAnimationFrame(frame);
  }
  const timer = setTimeout(task, FRAME_MS);
  return () => clearTimeout(timer);
};

export function createFrameNotifier(schedule: NextFrame = nextFrame): FrameNotifier {
  const listeners = new Set<() => void>();
  let cancel: (() => void) | undefined;
  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    changed() {
      if (cancel !== undefined || listeners.size === 0) return;
      cancel = schedule(() => {
        cancel = undefined;
        for (const listener of [...listeners]) listener();
      });
    },
    dispose() {
      cancel?.();
      cancel = undefined;
      listeners.clear();
    },
  };
}
