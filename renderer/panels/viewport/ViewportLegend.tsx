// Owns what the lines in the scene mean, with words beside the colours. It names only what is shown.

import { MEANINGS } from '../../scene/meanings.ts';
import type { Overlays } from '../../scene/scene-messages.ts';
import { useViewport } from './viewport-store.ts';

interface Entry {
  readonly key: string;
  readonly words: string;
  readonly color: string;
  readonly mark: 'line' | 'thin' | 'dashes' | 'dot' | 'cross';
}

function entriesFor(
  overlays: Overlays,
  hasPreview: boolean,
  contacts: readonly string[],
  gapMm: number | null,
): Entry[] {
  const entries: (Entry | false)[] = [
    hasPreview && overlays.path && { key: 'ahead', words: 'path to come', color: MEANINGS.ahead, mark: 'line' },
    overlays.trail && { key: 'past', words: 'path behind', color: MEANINGS.past, mark: 'line' },
    overlays.commanded &&
      gapMm !== null && {
        key: 'gap',
        words: `commanded, ${gapMm.toFixed(1)} mm ahead of measured`,
        color: MEANINGS.commanded,
        mark: 'dot',
      },
    overlays.contacts &&
      contacts.includes('expected') && {
        key: 'expected',
        words: 'expected contact',
        color: MEANINGS.expected,
        mark: 'dot',
      },
    overlays.contacts &&
      contacts.includes('unexpected') && {
        key: 'unexpected',
        words: 'unexpected contact',
        color: MEANINGS.unexpected,
        mark: 'cross',
      },
    overlays.volumes && { key: 'allowed', words: 'allowed room', color: MEANINGS.allowed, mark: 'thin' },
    overlays.volumes && { key: 'keep-out', words: 'keep-out', color: MEANINGS.keepOut, mark: 'dashes' },
    overlays.cameras && { key: 'camera', words: 'camera', color: MEANINGS.camera, mark: 'thin' },
  ];
  return entries.filter((entry) => entry !== false);
}

export function ViewportLegend() {
  const overlays = useViewport((state) => state.overlays);
  const preview = useViewport((state) => state.preview);
  const gapMm = useViewport((state) => state.gapMm);
  const contacts = (preview?.preview.contacts ?? []).filter(({ at }) => at !== undefined).map(({ kind }) => kind);
  const entries = entriesFor(overlays, preview !== undefined, contacts, gapMm);
  if (entries.length === 0) return null;
  return (
    <ul className="viewport-legend" aria-label="Legend">
      {entries.map(({ key, words, color, mark }) => (
        <li key={key}>
          <svg viewBox="0 0 18 10" width="18" height="10" aria-hidden="true" stroke={color} fill="none">
            {mark === 'line' ? <path d="M1 5h16" strokeWidth="3" /> : null}
            {mark === 'thin' ? <path d="M1 5h16" strokeWidth="1.5" /> : null}
            {mark === 'dashes' ? <path d="M1 5h16" strokeWidth="2" strokeDasharray="4 3" /> : null}
            {mark === 'dot' ? <circle cx="9" cy="5" r="4" fill={color} stroke="none" /> : null}
            {mark === 'cross' ? <path d="M5 1l8 8M13 1l-8 8" strokeWidth="2.4" /> : null}
          </svg>
          {words}
        </li>
      ))}
    </ul>
  );
}
