// Owns the dock: which panels stand where, which can be seen, and the three layouts, each kept with its changes. What is
// kept and cannot be read is dropped for the layout as it is at first. Must never unmount a panel that has been shown: it
// moves from place to place with everything in it.

import { createDockview, type DockviewApi, type IContentRenderer, type SerializedDockview } from 'dockview';
import { create } from 'zustand';
import { PANEL_IDS, type PanelId } from '../panels/panel.ts';
import { toast } from './console-store.ts';
import { forgetKept, readKept, writeKept } from './kept.ts';
import { LAYOUT_NAMES, LAYOUT_TITLES, type LayoutName, layoutAsSaved } from './layouts.ts';
import { allPanels, panelOf } from './panel-list.ts';
import { panelTab } from './panel-tab.ts';

const NAME_KEY = 'capstan.layout';
/** The number changes when kept layouts of before make no sense any more. */
const keptKey = (name: LayoutName) => `capstan.layout.${name}.1`;
/** A drag of a border changes the layout many times a second; it is kept when that has been over for so long. */
const KEEP_AFTER_MS = 400;

export interface DockStore {
  readonly layout: LayoutName;
  /** Panels that have been shown since the page was opened, in that order. */
  readonly mounted: readonly PanelId[];
  readonly visible: ReadonlySet<PanelId>;
}

function keptName(): LayoutName {
  const found = readKept(NAME_KEY);
  return LAYOUT_NAMES.find((name) => name === found) ?? 'author';
}

export const useDock = create<DockStore>(() => ({ layout: keptName(), mounted: [], visible: new Set() }));

const hosts = new Map<PanelId, HTMLElement>();

/** The element in which a panel lives for as long as the page does. */
export function panelHost(id: PanelId): HTMLElement {
  let host = hosts.get(id);
  if (host === undefined) {
    host = document.createElement('div');
    host.className = 'panel-host';
    host.dataset.panel = id;
    hosts.set(id, host);
  }
  return host;
}

function setVisible(id: PanelId, isVisible: boolean): void {
  const { visible, mounted } = useDock.getState();
  if (visible.has(id) === isVisible && mounted.includes(id)) return;
  const changed = new Set(visible);
  if (isVisible) changed.add(id);
  else changed.delete(id);
  useDock.setState({ visible: changed, mounted: mounted.includes(id) || !isVisible ? mounted : [...mounted, id] });
}

function isPanelId(name: string): name is PanelId {
  return (PANEL_IDS as readonly string[]).includes(name);
}

function contentFor(name: string): IContentRenderer {
  if (!isPanelId(name) || panelOf(name) === undefined) throw new Error(`there is no panel ${name}`);
  return {
    element: panelHost(name),
    init: ({ api }) => {
      setVisible(name, api.isVisible);
      api.onDidVisibilityChange(({ isVisible }) => setVisible(name, isVisible));
    },
    dispose: () => setVisible(name, false),
  };
}

let dock: DockviewApi | undefined;
let keeping: ReturnType<typeof setTimeout> | undefined;
/** While a layout is being put in place its changes are not the operator's. */
let isPlacing = false;

function keepSoon(): void {
  if (isPlacing) return;
  clearTimeout(keeping);
  keeping = setTimeout(keepNow, KEEP_AFTER_MS);
}

function keepNow(): void {
  clearTimeout(keeping);
  keeping = undefined;
  if (dock !== undefined && dock.panels.length > 0) {
    writeKept(keptKey(useDock.getState().layout), JSON.stringify(dock.toJSON()));
  }
}

function place(saved: SerializedDockview | undefined): boolean {
  if (dock === undefined || saved === undefined) return false;
  isPlacing = true;
  try {
    dock.fromJSON(saved);
    return dock.panels.length > 0;
  } catch {
    return false;
  } finally {
    isPlacing = false;
  }
}

function fresh(name: LayoutName): SerializedDockview | undefined {
  if (dock === undefined) return undefined;
  return layoutAsSaved(name, allPanels(), { width: Math.max(dock.width, 600), height: Math.max(dock.height, 400) });
}

function placeKept(name: LayoutName): boolean {
  const text = readKept(keptKey(name));
  if (text === undefined) return false;
  try {
    return place(JSON.parse(text));
  } catch {
    return false;
  }
}

function show(name: LayoutName): void {
  useDock.setState({ layout: name });
  writeKept(NAME_KEY, name);
  if (placeKept(name)) return;
  forgetKept(keptKey(name));
  if (!place(fresh(name))) dock?.clear();
}

/** Puts a layout in place, as it was left. */
export function chooseLayout(name: LayoutName): void {
  if (keeping !== undefined) keepNow();
  show(name);
}

/** The layout as it is at first, whatever has become of it. */
export function resetLayout(): void {
  clearTimeout(keeping);
  keeping = undefined;
  const { layout } = useDock.getState();
  forgetKept(keptKey(layout));
  show(layout);
}

/** Brings a panel to the front; adds it where it is in no place of this layout. */
export function showPanel(id: PanelId): void {
  const definition = panelOf(id);
  if (dock === undefined || definition === undefined) return;
  const there = dock.getPanel(id);
  if (there !== undefined) {
    there.api.setActive();
    there.focus();
    return;
  }
  // Beside the widest of its kind: a new tab takes no room from what is seen.
  const groups = [...dock.groups].sort((a, b) => b.width * b.height - a.width * a.height);
  const roomy = groups.find((group) => !group.panels.some((panel) => panel.id === 'viewport')) ?? groups[0];
  const position = roomy === undefined ? {} : { position: { referenceGroup: roomy } };
  dock.addPanel({ id, component: id, title: definition.title, ...position });
}

/** Puts the focus on the tab of the next place, or of the one before. */
export function focusPlace(by: 1 | -1): void {
  if (dock === undefined || dock.groups.length === 0) return;
  const groups = [...dock.groups].sort((a, b) => placeOrder(a.element) - placeOrder(b.element));
  const at = groups.findIndex(({ element }) => element.contains(document.activeElement));
  const next = groups[(at + by + groups.length) % groups.length];
  const tab = next.element.querySelector<HTMLElement>('[role="tab"][tabindex="0"], .dv-tab.dv-active-tab');
  next.activePanel?.api.setActive();
  tab?.focus();
}

/** From left to right, and down within a column. */
function placeOrder(element: HTMLElement): number {
  const { left, top } = element.getBoundingClientRect();
  return Math.round(left) * 10_000 + top;
}

export function isPanelShown(id: PanelId): boolean {
  return useDock.getState().visible.has(id);
}

/** Puts the dock into an element; returns what takes it away. */
export function mountDock(element: HTMLElement, nonce: string): () => void {
  dock = createDockview(element, {
    createComponent: ({ name }) => contentFor(name),
    createTabComponent: panelTab,
    defaultTabComponent: 'panel-tab',
    theme: { name: 'capstan', className: 'dockview-theme-capstan', gap: 0 },
    disableFloatingGroups: true,
    nonce,
  });
  dock.onDidLayoutChange(() => {
    if (isPlacing) return;
    if (dock?.panels.length === 0) {
      resetLayout();
      toast('info', `The last panel was closed: ${LAYOUT_TITLES[useDock.getState().layout]} is as it was at first.`);
    } else keepSoon();
  });
  const shown = dock;
  // The place has its size after the first layout of the page.
  shown.layout(element.clientWidth, element.clientHeight);
  show(useDock.getState().layout);
  const keepOnLeave = () => {
    if (keeping !== undefined) keepNow();
  };
  addEventListener('pagehide', keepOnLeave);
  return () => {
    removeEventListener('pagehide', keepOnLeave);
    keepOnLeave();
    dock = undefined;
    shown.dispose();
  };
}
