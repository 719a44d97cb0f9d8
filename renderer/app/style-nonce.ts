// Owns telling libraries the nonce of this page's style elements where they take it in no other way: the scroll lock of
// Radix asks a variable of the bundler's for it.

declare global {
  var __webpack_nonce__: string | undefined;
}

export function allowStyles(nonce: string): void {
  globalThis.__webpack_nonce__ = nonce;
}
