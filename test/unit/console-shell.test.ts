// The pure parts of the console's shell: chords, the palette's letters, the layouts.

import { describe, expect, it } from 'vitest';
import { type KeyPress, matchesChord } from '../../renderer/app/action-keys.ts';
import type { Action } from '../../renderer/app/actions.ts';
import { LAYOUT_NAMES, LAYOUTS, type LayoutNode, layoutAsSaved, prune } from '../../renderer/app/layouts.ts';
import { findActions, fuzzyScore } from '../../renderer/app/palette-store.ts';
import { PANEL_IDS, type PanelDefinition } from '../../renderer/panels/panel.ts';

const press = (key: string, change: Partial<KeyPress> = {}): KeyPress => ({
  key,
  code: /^[a-z]$/i.test(key) ? `Key${key.toUpperCase()}` : '',
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...change,
});

describe('chords', () => {
  it('mean Ctrl, or Cmd on a Mac, by mod', () => {
    expect(matchesChord(press('k', { ctrlKey: true }), 'mod+k', false)).toBe(true);
    expect(matchesChord(press('k', { metaKey: true }), 'mod+k', false)).toBe(false);
    expect(matchesChord(press('k', { metaKey: true }), 'mod+k', true)).toBe(true);
    expect(matchesChord(press('k'), 'mod+k', false)).toBe(false);
  });

  it('hear no modifier that they do not name', () => {
    expect(matchesChord(press(' '), ' ', false)).toBe(true);
    expect(matchesChord(press(' ', { ctrlKey: true }), ' ', false)).toBe(false);
    expect(matchesChord(press('ArrowLeft', { shiftKey: true }), 'ArrowLeft', false)).toBe(false);
    expect(matchesChord(press('ArrowLeft', { shiftKey: true }), 'shift+ArrowLeft', false)).toBe(true);
  });

  it('know a sign however its keyboard types it', () => {
    expect(matchesChord(press('?', { shiftKey: true }), '?', false)).toBe(true);
    expect(matchesChord(press('?'), '?', false)).toBe(true);
  });

  it('go by the place of the key with Alt, where the letter is another', () => {
    expect(matchesChord(press('¡', { altKey: true, code: 'Digit1' }), 'alt+1', true)).toBe(true);
    expect(matchesChord(press('2', { altKey: true, code: 'Digit2' }), 'alt+1', false)).toBe(false);
  });
});

describe('the palette', () => {
  const action = (label: string, change: Partial<Action> = {}): Action => ({
    id: label,
    group: 'view',
    label,
    perform: () => {},
    ...change,
  });

  it('finds what has the letters in order, best at the beginnings of words', () => {
    expect(fuzzyScore('xyz', 'Reset layout')).toBeUndefined();
    expect(fuzzyScore('rl', 'Reset layout')!).toBeGreaterThan(fuzzyScore('rl', 'Program lines of a trial')! - 10);
    const found = findActions([action('Show plots'), action('Reset layout'), action('Result')], 'res');
    expect(
      found
        .map(({ label }) => label)
        .slice(0, 2)
        .sort(),
    ).toEqual(['Reset layout', 'Result']);
  });

  it('puts what cannot be done now last, and keeps the order while nothing is typed', () => {
    const blocked = action('Approve', { unavailable: () => 'Nothing waits.' });
    const found = findActions([blocked, action('Zoom'), action('Arm')], '');
    expect(found.map(({ label }) => label)).toEqual(['Zoom', 'Arm', 'Approve']);
  });

  it('finds by further words', () => {
    expect(findActions([action('Take control', { keywords: ['lease'] })], 'lease')).toHaveLength(1);
  });
});

describe('the layouts', () => {
  const panel = (id: (typeof PANEL_IDS)[number]): PanelDefinition => ({
    id,
    title: id,
    minWidthPx: 100,
    minHeightPx: 100,
    Component: () => null,
  });
  const size = { width: 1280, height: 700 };
  const idsOf = (node: LayoutNode): string[] => ('tabs' in node ? [...node.tabs] : node.parts.flatMap(idsOf));

  it.each(LAYOUT_NAMES)('%s holds each of its panels once, and the viewport', (name) => {
    const ids = idsOf(LAYOUTS[name]);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toContain('viewport');
    expect(ids).toContain('timeline');
  });

  it.each(LAYOUT_NAMES)('%s fills its place whatever panels exist', (name) => {
    for (const subset of [PANEL_IDS, ['viewport'], ['program', 'log'], ['episodes']] as const) {
      const saved = layoutAsSaved(name, subset.map(panel), size);
      const present = idsOf(LAYOUTS[name]).filter((id) => (subset as readonly string[]).includes(id));
      expect(Object.keys(saved?.panels ?? {}).sort()).toEqual(present.sort());
    }
  });

  it('leaves out places that would be empty', () => {
    const only = prune(LAYOUTS.author, (id) => id === 'viewport');
    expect(only).toBeDefined();
    expect(idsOf(only!)).toEqual(['viewport']);
    expect(prune(LAYOUTS.author, () => false)).toBeUndefined();
    expect(layoutAsSaved('author', [], size)).toBeUndefined();
  });
});
