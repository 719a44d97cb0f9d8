// Owns the window's side of the drawn scene: a canvas handed to the worker, and the source's cursor followed with at most
// one set of poses under way. Must never wait for the worker, nor draw anything itself.

import type { Source } from '../source/source.ts';
import { plannedMotion, previewAt, type ShownPreview } from './planned-motion.ts';
import type {
  Anchor,
  FromScene,
  Gesture,
  Hit,
  Overlays,
  SceneStats,
  SceneTheme,
  ToScene,
  ViewState,
} from './scene-messages.ts';
import { looksTheSame, marksOf, readPoses, SceneReader } from './source-scene.ts';

/** Beside the page. */
const WORKER_FILE = 'scene-worker.js';
/** Points of the path behind that are fetched after a jump. */
const TRAIL_POINTS = 2500;
/** How far back the path behind is shown, seconds of robot time. */
const TRAIL_S = 60;
const TIP_TOPICS = ['/robot/tcp', '/robot/right/tcp'] as const;

export interface SceneListener {
  readonly ready: () => void;
  readonly noDrawing: (why: string) => void;
  readonly context: (state: 'lost' | 'restored') => void;
  readonly anchor: (anchor: Anchor | null) => void;
  readonly view: (view: ViewState) => void;
  readonly gap: (gapM: number) => void;
  /** Another preview is shown, or it has been begun or ended. */
  readonly preview: (preview: ShownPreview | undefined) => void;
  /** What there is: names of things and furniture, and how many arms; none while the source knows of no robot. */
  readonly objects: (names: readonly string[], arms: number) => void;
}

export interface SceneLinkOptions {
  readonly theme: SceneTheme;
  readonly overlays: Overlays;
  readonly view: ViewState | null;
}

export class SceneLink {
  readonly #worker: Worker;
  readonly #listener: SceneListener;
  readonly #reader = new SceneReader();
  readonly #watcher: ResizeObserver;
  readonly #asked = new Map<number, (message: FromScene) => void>();
  #lastId = 0;
  #source: Source | undefined;
  #unsubscribe: (() => void)[] = [];
  #shown: ReturnType<SceneReader['read']>;
  #posesSent: Float32Array | undefined;
  #visible = true;
  #underWay = false;
  #waiting = false;
  #marks: unknown;
  #preview: ShownPreview | undefined;
  #scrubS: number | null = null;
  #ghostSent = '';
  #jumps = -1;
  #trail = new AbortController();

  constructor(place: HTMLElement, { theme, overlays, view }: SceneLinkOptions, listener: SceneListener) {
    this.#listener = listener;
    const canvas = document.createElement('canvas');
    canvas.className = 'viewport-canvas';
    canvas.setAttribute('aria-hidden', 'true');
    place.prepend(canvas);
    this.#worker = new Worker(new URL(WORKER_FILE, document.baseURI), { type: 'module', name: 'scene' });
    this.#worker.addEventListener('message', ({ data }: MessageEvent<FromScene>) => this.#hear(data));
    this.#worker.addEventListener('error', ({ message }) =>
      listener.noDrawing(`the 3D view could not be started: ${message}`),
    );
    const drawn = canvas.transferControlToOffscreen();
    const reduced = matchMedia('(prefers-reduced-motion: reduce)').matches;
    const size = sizeOf(place);
    this.#worker.postMessage(
      {
        kind: 'start',
        canvas: drawn,
        size,
        theme,
        motion: reduced ? 'reduced' : 'smooth',
        overlays,
        view,
      } satisfies ToScene,
      [drawn],
    );
    this.#watcher = new ResizeObserver(() => this.#tell({ kind: 'size', size: sizeOf(place) }));
    this.#watcher.observe(place);
  }

  setSource(source: Source | undefined): void {
    if (source === this.#source) return;
    for (const stop of this.#unsubscribe) stop();
    this.#source = source;
    this.#unsubscribe =
      source === undefined ? [] : [source.onPlayback(() => this.#follow()), source.onStory(() => this.#follow())];
    this.#jumps = -1;
    this.#preview = undefined;
    this.#marks = undefined;
    if (source === undefined) {
      this.#show(undefined);
      this.#tell({ kind: 'planned', planned: null });
      this.#listener.preview(undefined);
    } else this.#follow();
  }

  /** What nobody can see is not followed: it is caught up with when it is seen again. */
  setVisible(visible: boolean): void {
    if (visible === this.#visible) return;
    this.#visible = visible;
    if (visible) this.#follow();
  }

  /** Instant of the preview that the ghost stands at; null lets it go with the run. */
  scrub(atS: number | null): void {
    this.#scrubS = atS;
    this.#sendGhost();
  }

  setTheme(theme: SceneTheme): void {
    this.#tell({ kind: 'theme', theme });
  }

  setOverlays(overlays: Overlays): void {
    this.#tell({ kind: 'overlays', overlays });
  }

  gesture(gesture: Gesture): void {
    this.#tell({ kind: 'gesture', gesture });
  }

  select(name: string | null): void {
    this.#tell({ kind: 'select', name });
  }

  async pick(x: number, y: number): Promise<Hit | null> {
    const answer = await this.#askFor((id) => ({ kind: 'pick', id, x, y }));
    return answer.kind === 'picked' ? answer.hit : null;
  }

  async project(point: readonly [number, number, number]): Promise<{ readonly x: number; readonly y: number }> {
    const answer = await this.#askFor((id) => ({ kind: 'project', id, point }));
    return answer.kind === 'projected' ? { x: answer.x, y: answer.y } : { x: Number.NaN, y: Number.NaN };
  }

  async stats(): Promise<SceneStats | undefined> {
    const answer = await this.#askFor((id) => ({ kind: 'ask-stats', id }));
    return answer.kind === 'stats' ? answer.stats : undefined;
  }

  rehearseLoss(): void {
    this.#tell({ kind: 'rehearse-loss' });
  }

  dispose(): void {
    for (const stop of this.#unsubscribe) stop();
    this.#trail.abort();
    this.#watcher.disconnect();
    this.#worker.terminate();
  }

  #hear(message: FromScene): void {
    const listener = this.#listener;
    switch (message.kind) {
      case 'ready':
        listener.ready();
        return;
      case 'no-drawing':
        listener.noDrawing(message.why);
        return;
      case 'context':
        listener.context(message.state);
        return;
      case 'posed':
        this.#underWay = false;
        if (this.#waiting) this.#follow();
        return;
      case 'view':
        listener.view(message.view);
        return;
      case 'anchor':
        listener.anchor(message.anchor);
        return;
      case 'gap':
        listener.gap(message.gapM);
        return;
      default:
        this.#asked.get(message.id)?.(message);
        this.#asked.delete(message.id);
    }
  }

  /** The cursor or the story has gone on. */
  #follow(): void {
    const source = this.#source;
    if (source === undefined || !this.#visible) return;
    const description = this.#reader.read(source);
    if (description !== this.#shown) this.#show(description);
    this.#followStory(source);
    if (description === undefined) return;
    const { jumps } = source.playback();
    if (jumps !== this.#jumps) {
      this.#jumps = jumps;
      void this.#fetchTrail(source, description.arms.length);
    }
    const marks = source.latest('/marks')?.message;
    if (marks !== this.#marks) {
      this.#marks = marks;
      this.#tell({ kind: 'marks', layers: marksOf(source) });
    }
    this.#waiting = this.#underWay;
    if (this.#underWay) return;
    const numbers = readPoses(source, description);
    if (looksTheSame(this.#posesSent, numbers)) return;
    this.#posesSent = numbers.slice();
    this.#underWay = true;
    this.#tell({ kind: 'poses', numbers }, [numbers.buffer]);
  }

  #show(description: ReturnType<SceneReader['read']>): void {
    this.#shown = description;
    this.#posesSent = undefined;
    const scene = description ?? { arms: [], bodies: [], cameras: [], frames: [], volumes: [] };
    this.#tell({ kind: 'scene', scene });
    const names = scene.bodies.map(({ name }) => name);
    this.#listener.objects(names, scene.arms.length);
  }

  #followStory(source: Source): void {
    const now = previewAt(source);
    const before = this.#preview;
    if (now?.preview !== before?.preview) {
      this.#scrubS = null;
      this.#tell({ kind: 'planned', planned: now === undefined ? null : plannedMotion(now.preview) });
    }
    const changed = now?.preview !== before?.preview || now?.state !== before?.state;
    this.#preview = now;
    this.#sendGhost();
    if (changed) this.#listener.preview(now);
  }

  /** The ghost stands where it was put, or goes with the run; what the run has passed is no path to come. */
  #sendGhost(): void {
    const preview = this.#preview;
    const cursorS = this.#source?.playback().cursorS ?? 0;
    const runS = preview?.startS == null ? 0 : cursorS - preview.startS;
    const fromS = preview?.state === 'done' ? preview.durationS : preview?.state === 'running' ? runS : 0;
    const atS = this.#scrubS;
    const key = `${atS?.toFixed(3)} ${fromS.toFixed(2)}`;
    if (key === this.#ghostSent) return;
    this.#ghostSent = key;
    this.#tell({ kind: 'ghost', atS, fromS });
  }

  async #fetchTrail(source: Source, arms: number): Promise<void> {
    this.#trail.abort();
    this.#trail = new AbortController();
    const { signal } = this.#trail;
    const { cursorS, span } = source.playback();
    const stretch = { startS: Math.max(span.startS, cursorS - TRAIL_S), endS: cursorS };
    try {
      const points = await Promise.all(
        TIP_TOPICS.slice(0, arms).map(async (topic) => {
          const { values } = await source.samples(
            topic,
            stretch,
            ({ message }) => message.pose.position,
            TRAIL_POINTS,
            signal,
          );
          const [x, y, z] = values;
          return Float32Array.from({ length: 3 * (x?.length ?? 0) }, (_, i) => [x, y, z][i % 3][Math.floor(i / 3)]);
        }),
      );
      if (!signal.aborted) this.#tell({ kind: 'trail', points });
    } catch {
      // The path behind is an ornament: without it the scene is whole.
      if (!signal.aborted) this.#tell({ kind: 'trail', points: [] });
    }
  }

  #askFor(make: (id: number) => ToScene): Promise<FromScene> {
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve) => {
      this.#asked.set(id, resolve);
      this.#tell(make(id));
    });
  }

  #tell(message: ToScene, transfer: Transferable[] = []): void {
    this.#worker.postMessage(message, transfer);
  }
}

function sizeOf(place: HTMLElement): { widthPx: number; heightPx: number; ratio: number } {
  const { width, height } = place.getBoundingClientRect();
  return {
    widthPx: Math.max(Math.round(width), 1),
    heightPx: Math.max(Math.round(height), 1),
    ratio: devicePixelRatio,
  };
}
