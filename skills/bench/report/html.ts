// Owns the writing of HTML: every value is escaped unless this very module has made it. Program text and messages come
// from models and strangers; none of it may become markup.

/** HTML that is safe to place into a page. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type Value = Html | string | number | undefined | readonly Value[];

/** Text with everything escaped that means something in HTML, in text and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text
    .replace(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`)
    .replace(/[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/gu, (character) =>
      // Characters that a page cannot hold, and those that turn the direction of writing.
      character === '\n' || character === '\t' ? character : '\ufffd',
    );
}

/** Template of HTML: html`<b>${name}</b>`. Attributes must be quoted in the template. */
export function html(strings: TemplateStringsArray, ...values: readonly Value[]): Html {
  return new Html(strings.reduce((text, part, index) => text + written(values[index - 1]) + part));
}

function written(value: Value): string {
  if (value === undefined) return '';
  if (value instanceof Html) return value.text;
  if (typeof value === 'object') return value.map(written).join('');
  return escapeHtml(String(value));
}
