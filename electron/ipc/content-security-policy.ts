// Owns what the console's page may load and run, for every process that serves it: `capstan serve` and the desktop shell.
// Must never allow eval, code from elsewhere, or styles that this page did not bring.
//
// Styles: everything of ours is in files, and positions are set through CSSOM, which the policy does not touch. A few
// libraries (the editor; the scroll lock of dialogs) write <style> elements, and those carry the nonce of the page: it is
// drawn anew for every response, put in place of NONCE_MARK in index.html, and named in the header.

/** Stands in index.html where the nonce of the response goes. */
export const NONCE_MARK = '{{nonce}}';

/**
 * The header `content-security-policy` of the page and its workers.
 * @param nonce drawn at random for this response; letters, digits, +, /, - and _ only
 */
export function contentSecurityPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' blob: data:",
    "font-src 'self'",
    "worker-src 'self'",
    "media-src 'self' blob:",
    // The session process, and the robot host on a port of its own: loopback, whatever the number.
    "connect-src 'self' ws://127.0.0.1:* ws://localhost:* http://127.0.0.1:* http://localhost:*",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "object-src 'none'",
  ].join('; ');
}

/**
 * index.html as it goes out, and its header.
 * @param html the file as built
 */
export function pageWithPolicy(html: string, nonce: string): { readonly html: string; readonly policy: string } {
  return { html: html.replaceAll(NONCE_MARK, nonce), policy: contentSecurityPolicy(nonce) };
}
