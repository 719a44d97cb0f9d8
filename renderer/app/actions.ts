// Owns the one registry of what an operator can do: buttons, keys, menus, the palette and the tests all run these. Must
// never hold what a panel looks like. Stop is no action among others: its keys are bound in stop-keys.ts, on key-down,
// in every focus state.

/** Words that group actions in the palette. */
export type ActionGroup = 'session' | 'program' | 'robot' | 'replay' | 'view' | 'layout' | 'episodes' | 'help';

export interface Action {
  /** As "replay.play"; kept in tests and key maps. */
  readonly id: string;
  readonly group: ActionGroup;
  /** What it does, in the imperative: "Play from here". "…" at the end when it asks for more. */
  readonly label: string;
  /** Further words by which the palette finds it. */
  readonly keywords?: readonly string[];
  /**
   * Chords as "mod+k", "shift+ArrowLeft", " " (mod is Ctrl, on a Mac Cmd). Without a modifier a chord is heard only
   * outside of text fields.
   */
  readonly keys?: readonly string[];
  /** Undefined when it can be done now; otherwise why not, in words that are shown. */
  readonly unavailable?: () => string | undefined;
  /** Whether it is on, for what can be switched. */
  readonly checked?: () => boolean;
  readonly perform: () => void | Promise<void>;
}

const registered = new Map<string, Action>();
const listeners = new Set<() => void>();
let listed: readonly Action[] = [];

function changed(): void {
  listed = [...registered.values()];
  for (const listener of listeners) listener();
}

/**
 * Adds actions; returns what takes them away again.
 * @throws Error when an id is taken: two things under one name would be a trap
 */
export function registerActions(actions: readonly Action[]): () => void {
  for (const { id } of actions) if (registered.has(id)) throw new Error(`the action ${id} is there already`);
  for (const action of actions) registered.set(action.id, action);
  changed();
  return () => {
    for (const { id } of actions) registered.delete(id);
    changed();
  };
}

export function allActions(): readonly Action[] {
  return listed;
}

export function onActions(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function actionOf(id: string): Action | undefined {
  return registered.get(id);
}
