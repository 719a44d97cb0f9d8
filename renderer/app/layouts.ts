// Owns the three named layouts as they are at first, and how one becomes what the docking library reads. Panels that do
// not exist yet are left out, and so is what is empty without them. Must never touch the page.

import type { Orientation, SerializedDockview } from 'dockview';
import type { PanelDefinition, PanelId } from '../panels/panel.ts';

export const LAYOUT_NAMES = ['author', 'supervise', 'review'] as const;
export type LayoutName = (typeof LAYOUT_NAMES)[number];

export const LAYOUT_TITLES: Readonly<Record<LayoutName, string>> = {
  author: 'Author',
  supervise: 'Supervise',
  review: 'Review',
};

/** A place with tabs, the first of which is in front; or places side by side, alternately across and down. */
export type LayoutNode =
  | { readonly share: number; readonly tabs: readonly PanelId[] }
  | { readonly share: number; readonly parts: readonly LayoutNode[] };

/** The outermost parts stand side by side. */
export const LAYOUTS: Readonly<Record<LayoutName, LayoutNode>> = {
  author: {
    share: 1,
    parts: [
      { share: 24, tabs: ['conversation', 'skills'] },
      {
        share: 40,
        parts: [
          { share: 72, tabs: ['program'] },
          { share: 28, tabs: ['timeline', 'log', 'plots'] },
        ],
      },
      {
        share: 36,
        parts: [
          { share: 48, tabs: ['viewport', 'cameras'] },
          { share: 52, tabs: ['approval'] },
        ],
      },
    ],
  },
  supervise: {
    share: 1,
    parts: [
      {
        share: 66,
        parts: [
          { share: 70, tabs: ['viewport'] },
          { share: 30, tabs: ['timeline', 'plots', 'cameras', 'log'] },
        ],
      },
      {
        share: 34,
        parts: [
          { share: 58, tabs: ['approval', 'program'] },
          { share: 42, tabs: ['conversation'] },
        ],
      },
    ],
  },
  review: {
    share: 1,
    parts: [
      { share: 27, tabs: ['episodes', 'benchmarks', 'skills'] },
      {
        share: 43,
        parts: [
          { share: 66, tabs: ['viewport', 'cameras'] },
          { share: 34, tabs: ['timeline'] },
        ],
      },
      {
        share: 30,
        parts: [
          { share: 54, tabs: ['program', 'conversation'] },
          { share: 46, tabs: ['plots', 'log'] },
        ],
      },
    ],
  },
};

type GridNode = SerializedDockview['grid']['root'];

/** Without panels that are not there, and without what would be empty then; undefined when nothing is left. */
export function prune(node: LayoutNode, exists: (id: PanelId) => boolean): LayoutNode | undefined {
  if ('tabs' in node) {
    const tabs = node.tabs.filter(exists);
    return tabs.length === 0 ? undefined : { share: node.share, tabs };
  }
  const parts = node.parts.map((part) => prune(part, exists)).filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : { share: node.share, parts };
}

/**
 * The layout as the docking library reads it.
 * @param size of the place it will fill, pixels
 */
export function layoutAsSaved(
  name: LayoutName,
  panels: readonly PanelDefinition[],
  size: { readonly width: number; readonly height: number },
): SerializedDockview | undefined {
  const known = new Map(panels.map((panel) => [panel.id, panel]));
  const tree = prune(LAYOUTS[name], (id) => known.has(id));
  if (tree === undefined) return undefined;
  const used: PanelId[] = [];
  let groups = 0;
  // `along` is the length of the node in the direction in which it shares, `across` the other one.
  const gridNode = (node: LayoutNode, along: number, across: number): GridNode => {
    if ('tabs' in node) {
      groups += 1;
      used.push(...node.tabs);
      return {
        type: 'leaf',
        data: { id: `${name}-${groups}`, views: [...node.tabs], activeView: node.tabs[0] },
        size: along,
      };
    }
    const whole = node.parts.reduce((sum, { share }) => sum + share, 0);
    return {
      type: 'branch',
      data: node.parts.map((part) => gridNode(part, (across * part.share) / whole, along)),
      size: along,
    };
  };
  const root = gridNode('tabs' in tree ? { share: 1, parts: [tree] } : tree, size.height, size.width);
  return {
    grid: { root, width: size.width, height: size.height, orientation: 'HORIZONTAL' as Orientation },
    panels: Object.fromEntries(used.map((id) => [id, savedPanel(known.get(id)!)])),
    activeGroup: `${name}-1`,
  };
}

function savedPanel({ id, title }: PanelDefinition): SerializedDockview['panels'][string] {
  return { id, contentComponent: id, title };
}
