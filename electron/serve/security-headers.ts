// Owns the headers that tell a browser what the console's page may do: nothing from elsewhere, no frames, no inline scripts,
// connections to this machine's sockets alone. Must never be loosened for one page.

/** @param socketHosts host names of the sockets, as "127.0.0.1" */
export function contentSecurityPolicy(socketHosts: readonly string[]): string {
  return [
    "default-src 'none'",
    // The physics of the viewport's worker is no script of ours alone: WebAssembly needs its own word.
    "script-src 'self' 'wasm-unsafe-eval'",
    "worker-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "media-src 'self' blob:",
    `connect-src 'self' ${socketHosts.map((host) => `ws://${host}:*`).join(' ')}`,
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

export function securityHeaders(socketHosts: readonly string[]): Readonly<Record<string, string>> {
  return {
    'content-security-policy': contentSecurityPolicy(socketHosts),
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'cross-origin-embedder-policy': 'require-corp',
    'permissions-policy': 'camera=(), microphone=(), geolocation=(), usb=(), serial=()',
  };
}
