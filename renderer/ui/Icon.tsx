// Owns the console's own small set of pictures, drawn on 16 x 16 with the colour of the text. They never stand alone:
// beside each is a word, or the control has a name.

import type { ReactElement } from 'react';

const PICTURES = {
  stop: <rect x="3.5" y="3.5" width="9" height="9" rx="1.5" fill="currentColor" stroke="none" />,
  play: <path d="M5 3.2v9.6l7.6-4.8z" fill="currentColor" stroke="none" />,
  pause: <path d="M5.5 3.5v9M10.5 3.5v9" />,
  check: <path d="M3 8.5l3.2 3.2L13 4.8" />,
  cross: <path d="M4 4l8 8M12 4l-8 8" />,
  warning: (
    <>
      <path d="M8 2.3l6.2 11.2H1.8z" />
      <path d="M8 6.5v3.2M8 11.6v.1" />
    </>
  ),
  info: (
    <>
      <circle cx="8" cy="8" r="6.2" />
      <path d="M8 7.3v3.7M8 5v.1" />
    </>
  ),
  question: (
    <>
      <circle cx="8" cy="8" r="6.2" />
      <path d="M6.2 6.3a1.8 1.8 0 1 1 2.7 1.6c-.6.3-.9.7-.9 1.3M8 11.3v.1" />
    </>
  ),
  down: <path d="M4 6l4 4 4-4" />,
  right: <path d="M6 4l4 4-4 4" />,
  left: <path d="M10 4L6 8l4 4" />,
  up: <path d="M4 10l4-4 4 4" />,
  plus: <path d="M8 3v10M3 8h10" />,
  minus: <path d="M3 8h10" />,
  search: (
    <>
      <circle cx="7" cy="7" r="4.3" />
      <path d="M10.3 10.3L13.5 13.5" />
    </>
  ),
  gear: (
    <>
      <circle cx="8" cy="8" r="2.2" />
      <path d="M8 1.8v2M8 12.2v2M1.8 8h2M12.2 8h2M3.6 3.6l1.4 1.4M11 11l1.4 1.4M12.4 3.6L11 5M5 11l-1.4 1.4" />
    </>
  ),
  sun: (
    <>
      <circle cx="8" cy="8" r="3" />
      <path d="M8 1.5v1.5M8 13v1.5M1.5 8H3M13 8h1.5M3.4 3.4l1 1M11.6 11.6l1 1M12.6 3.4l-1 1M4.4 11.6l-1 1" />
    </>
  ),
  moon: <path d="M13 9.5A5.5 5.5 0 0 1 6.5 3a5.5 5.5 0 1 0 6.5 6.5z" />,
  screen: (
    <>
      <rect x="1.8" y="2.8" width="12.4" height="8.4" rx="1.2" />
      <path d="M5.5 13.5h5" />
    </>
  ),
  layout: (
    <>
      <rect x="2" y="2.5" width="12" height="11" rx="1.5" />
      <path d="M6.5 2.5v11M6.5 8.5H14" />
    </>
  ),
  reset: (
    <>
      <path d="M3 8a5 5 0 1 0 1.7-3.7" />
      <path d="M3 2.5v3h3" />
    </>
  ),
  undo: (
    <>
      <path d="M6 3L3 6l3 3" />
      <path d="M3 6h6.5a3.5 3.5 0 0 1 0 7H7" />
    </>
  ),
  hand: (
    <path d="M5 8.5V4a1 1 0 0 1 2 0v3M7 7V2.8a1 1 0 0 1 2 0V7M9 7V3.5a1 1 0 0 1 2 0V8M11 6.5a1 1 0 0 1 2 0V10a4 4 0 0 1-4 4H8.5a4 4 0 0 1-3.3-1.7L3 9.2a1 1 0 0 1 1.6-1.1L5.5 9.5" />
  ),
  program: (
    <>
      <path d="M5.5 4.5L2 8l3.5 3.5M10.5 4.5L14 8l-3.5 3.5" />
    </>
  ),
  robot: (
    <>
      <path d="M3 13.5h5M5.5 13.5V10M5.5 10L9 5M9 5l3 1.5M12 6.5v3M12 3.5v3" />
      <circle cx="5.5" cy="10" r="1" fill="currentColor" />
      <circle cx="9" cy="5" r="1" fill="currentColor" />
    </>
  ),
  camera: (
    <>
      <rect x="1.8" y="4" width="9" height="8" rx="1.5" />
      <path d="M10.8 7.5l3.4-2v5l-3.4-2z" />
    </>
  ),
  plot: <path d="M2 2.5v11h12M4.5 10l2.5-3.5 2.5 2 4-5" />,
  log: <path d="M3 4h10M3 8h10M3 12h6" />,
  clock: (
    <>
      <circle cx="8" cy="8" r="6.2" />
      <path d="M8 4.5V8l2.5 1.5" />
    </>
  ),
  chat: <path d="M2.5 3.5h11v7.5H7l-3 2.5V11H2.5z" />,
  book: <path d="M3 2.8h7.5A1.5 1.5 0 0 1 12 4.3v9H4.5A1.5 1.5 0 0 1 3 11.8zM3 11.8a1.5 1.5 0 0 1 1.5-1.5H12" />,
  film: (
    <>
      <rect x="2" y="3" width="12" height="10" rx="1.2" />
      <path d="M5 3v10M11 3v10M2 8h12" />
    </>
  ),
  bench: <path d="M3 13.5V8M8 13.5V3M13 13.5V6M1.5 13.5h13" />,
  command: <path d="M4 6l2.5 2L4 10M8 11h4M2 3h12v10H2z" />,
  eye: (
    <>
      <path d="M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8z" />
      <circle cx="8" cy="8" r="1.8" />
    </>
  ),
  pencil: <path d="M10.5 3l2.5 2.5L6 12.5l-3.2.7.7-3.2z" />,
  trash: <path d="M3 4.5h10M6.5 4.5V3h3v1.5M4.5 4.5l.6 8.5h5.8l.6-8.5" />,
  download: <path d="M8 2.5v7M5 7l3 3 3-3M3 13h10" />,
  link: <path d="M6.5 9.5l3-3M7 4.5l1-1a3 3 0 0 1 4.5 4.2l-1.2 1.2M9 11.5l-1 1a3 3 0 0 1-4.5-4.2l1.2-1.2" />,
  lock: (
    <>
      <rect x="3.5" y="7" width="9" height="6.5" rx="1.2" />
      <path d="M5.5 7V5a2.5 2.5 0 0 1 5 0v2" />
    </>
  ),
  dot: <circle cx="8" cy="8" r="3.5" fill="currentColor" stroke="none" />,
  ring: <circle cx="8" cy="8" r="3.5" />,
  more: <path d="M3.5 8v.1M8 8v.1M12.5 8v.1" strokeWidth="2.2" />,
} as const satisfies Record<string, ReactElement>;

export type IconName = keyof typeof PICTURES;

export function Icon({ name, className }: { readonly name: IconName; readonly className?: string }) {
  return (
    <svg
      className={className === undefined ? 'icon' : `icon ${className}`}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.4"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {PICTURES[name]}
    </svg>
  );
}
