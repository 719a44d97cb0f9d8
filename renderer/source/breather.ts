// Owns letting frames through during long work on the page's thread.

interface Scheduler {
  readonly yield?: () => Promise<void>;
}

/** Work for this long at most between two chances for a frame, milliseconds. */
const WORK_MS = 6;

/** Returns a function that resolves at once while little time has passed, and otherwise after a turn of the page. */
export function createBreather(): () => Promise<void> | undefined {
  let since = performance.now();
  const go = () => {
    since = performance.now();
  };
  return () => {
    if (performance.now() - since < WORK_MS) return undefined;
    const scheduler = (globalThis as { readonly scheduler?: Scheduler }).scheduler;
    if (scheduler?.yield !== undefined) return scheduler.yield().then(go);
    return new Promise<void>((resolve) => setTimeout(resolve)).then(go);
  };
}
