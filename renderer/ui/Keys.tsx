// Owns how chords are written for people: "mod+shift+k" as Ctrl+Shift+K, or as signs on a Mac.

const IS_MAC = /Mac|iPhone|iPad/.test(globalThis.navigator?.platform ?? '');

const WORDS: Readonly<Record<string, string>> = {
  mod: IS_MAC ? '⌘' : 'Ctrl',
  shift: IS_MAC ? '⇧' : 'Shift',
  alt: IS_MAC ? '⌥' : 'Alt',
  ' ': 'Space',
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
  Escape: 'Esc',
};

/** "mod+k" as it is printed on keys. */
export function chordInWords(chord: string): string {
  const parts = chord === ' ' ? [' '] : chord.split('+').map((part) => (part === '' ? '+' : part));
  return parts.map((part) => WORDS[part] ?? (part.length === 1 ? part.toUpperCase() : part)).join(IS_MAC ? '' : '+');
}

export function Keys({ chords }: { readonly chords: readonly string[] | undefined }) {
  if (chords === undefined || chords.length === 0) return null;
  return <kbd>{chordInWords(chords[0])}</kbd>;
}
