// Owns the nonce that this page's style elements carry; see electron/ipc/content-security-policy.ts. Libraries that write
// style elements are given it: CodeMirror by `EditorView.cspNonce.of(pageNonce())`.

let read: string | undefined;

export function pageNonce(): string {
  read ??= document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? '';
  return read;
}
