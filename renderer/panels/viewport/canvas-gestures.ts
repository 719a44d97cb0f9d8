// Owns what mouse, pen and fingers do on the canvas: turn, move, zoom, choose. Must never hold the page back: gestures are
// messages.

import { useConsole } from '../../app/console-store.ts';
import { sceneLink, useViewport } from './viewport-store.ts';

/** A press that goes no further than this is a click, pixels. */
const CLICK_PX = 5;
const WHEEL_ZOOM = 0.0016;

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Binds the gestures; returns what lets go of them. */
export function bindGestures(place: HTMLElement): () => void {
  const pressed = new Map<number, Point>();
  let gone = 0;
  let kind: 'orbit' | 'pan' = 'orbit';

  const onDown = (event: PointerEvent) => {
    if (event.button > 2) return;
    place.setPointerCapture(event.pointerId);
    pressed.set(event.pointerId, { x: event.clientX, y: event.clientY });
    gone = 0;
    kind = event.button !== 0 || event.shiftKey || event.ctrlKey || event.metaKey ? 'pan' : 'orbit';
    place.focus({ preventScroll: true });
  };
  const onMove = (event: PointerEvent) => {
    const before = pressed.get(event.pointerId);
    if (before === undefined) return;
    const now = { x: event.clientX, y: event.clientY };
    const [dx, dy] = [now.x - before.x, now.y - before.y];
    gone += Math.abs(dx) + Math.abs(dy);
    const scene = sceneLink();
    if (pressed.size === 1) {
      if (gone > CLICK_PX) scene?.gesture({ kind, dx, dy });
    } else {
      // Two fingers: what they spread zooms, what they go together moves; each brings half of it.
      const other = [...pressed].find(([id]) => id !== event.pointerId)?.[1] ?? now;
      const spread = (one: Point) => Math.hypot(one.x - other.x, one.y - other.y);
      const factor = spread(now) / Math.max(spread(before), 1);
      if (factor > 0) scene?.gesture({ kind: 'zoom', factor });
      scene?.gesture({ kind: 'pan', dx: dx / 2, dy: dy / 2 });
    }
    pressed.set(event.pointerId, now);
  };
  const onUp = (event: PointerEvent) => {
    const was = pressed.delete(event.pointerId);
    if (!was || event.type === 'pointercancel' || gone > CLICK_PX || event.button !== 0 || pressed.size > 0) return;
    const { x, y } = onCanvas(event);
    void choose(x, y);
  };
  const onWheel = (event: WheelEvent) => {
    event.preventDefault();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    sceneLink()?.gesture({ kind: 'zoom', factor: Math.exp(-event.deltaY * lines * WHEEL_ZOOM) });
  };
  const onDouble = (event: MouseEvent) => {
    const { x, y } = onCanvas(event);
    sceneLink()?.gesture({ kind: 'focus', x, y });
  };
  const onMenu = (event: Event) => event.preventDefault();
  const onCanvas = (event: MouseEvent): Point => {
    const { left, top } = place.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };

  place.addEventListener('pointerdown', onDown);
  place.addEventListener('pointermove', onMove);
  place.addEventListener('pointerup', onUp);
  place.addEventListener('pointercancel', onUp);
  place.addEventListener('wheel', onWheel, { passive: false });
  place.addEventListener('dblclick', onDouble);
  place.addEventListener('contextmenu', onMenu);
  return () => {
    place.removeEventListener('pointerdown', onDown);
    place.removeEventListener('pointermove', onMove);
    place.removeEventListener('pointerup', onUp);
    place.removeEventListener('pointercancel', onUp);
    place.removeEventListener('wheel', onWheel);
    place.removeEventListener('dblclick', onDouble);
    place.removeEventListener('contextmenu', onMenu);
  };
}

/** A thing or a piece of furniture becomes the choice of the whole console; a part of an arm is only named. */
async function choose(x: number, y: number): Promise<void> {
  const hit = (await sceneLink()?.pick(x, y)) ?? null;
  const isArm = hit?.part === 'arm';
  useViewport.setState({ armHit: isArm ? hit : null });
  const { selection } = useConsole.getState();
  if (hit !== null && !isArm) useConsole.setState({ selection: { kind: 'object', name: hit.name } });
  else if (selection?.kind === 'object') useConsole.setState({ selection: null });
  if (isArm) sceneLink()?.select(hit.name);
  else if (hit === null) sceneLink()?.select(null);
}
