// Icons of one family: 16 units square, lines of 1.5, round ends. They are decoration; what they mean is said in words.

const PATHS = {
  play: <path d="M5 3.2v9.6l7.6-4.8z" fill="currentColor" />,
  pause: <path d="M5.2 3.5v9M10.8 3.5v9" />,
  previous: <path d="M4 3.5v9M12 3.8 6.5 8l5.5 4.2z" />,
  next: <path d="M12 3.5v9M4 3.8 9.5 8 4 12.2z" />,
  loop: <path d="M3 8V7a3 3 0 0 1 3-3h6M10 2l2.2 2L10 6M13 8v1a3 3 0 0 1-3 3H4M6 14l-2.2-2L6 10" />,
  undo: <path d="M5.5 3 2.5 6l3 3M3 6h6.2a3.8 3.8 0 0 1 0 7.5H6" />,
  lock: <path d="M4.5 7.2h7v5.6h-7zM6 7V5.4a2 2 0 0 1 4 0V7" />,
  unlock: <path d="M4.5 7.2h7v5.6h-7zM6 7V5a2 2 0 0 1 3.8-.9" />,
  folder: <path d="M2 4.5h4l1.3 1.5H14v6.5H2z" />,
  music: <path d="M6 12V4l6.5-1.5v7.8M6 12a1.7 1.7 0 1 1-3.4 0A1.7 1.7 0 0 1 6 12zm6.5-1.7a1.7 1.7 0 1 1-3.4 0 1.7 1.7 0 0 1 3.4 0z" />,
  up: <path d="M8 12.5v-9M4.2 7 8 3.2 11.8 7" />,
  close: <path d="m4 4 8 8M12 4l-8 8" />,
  plus: <path d="M8 3.5v9M3.5 8h9" />,
  minus: <path d="M3.5 8h9" />,
  fit: <path d="M2.5 5v6M13.5 5v6M4.5 8h7M6.3 6 4.3 8l2 2M9.7 6l2 2-2 2" />,
  speaker: <path d="M2.5 6.2h2.2L8 3.5v9L4.7 9.8H2.5zM10.5 6a3 3 0 0 1 0 4M12.3 4.2a5.6 5.6 0 0 1 0 7.6" />,
  keys: <path d="M2 4.5h12v7H2zM4.5 7h.01M7 7h.01M9.5 7h.01M12 7h.01M5 9.4h6" />,
  place: <path d="M8 2.5v7M4.8 6.5 8 9.7l3.2-3.2M3 13h10" />,
  trash: <path d="M3 4.5h10M6.5 4.5V3h3v1.5M4.5 4.5l.5 8.5h6l.5-8.5" />,
  again: <path d="M13 8a5 5 0 1 1-1.6-3.7M13 2.5v2.8h-2.8" />,
} as const;

export function Icon({ name }: { name: keyof typeof PATHS }) {
  return (
    <svg viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
      {PATHS[name]}
    </svg>
  );
}

/** The mark of the panel: three cuts, and the beat that meets them. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 24 24" aria-hidden="true">
      <rect x="2" y="5" width="5" height="14" rx="1.5" fill="#eceef1" opacity=".35" />
      <rect x="9.5" y="5" width="5" height="14" rx="1.5" fill="#f2b44e" />
      <rect x="17" y="5" width="5" height="14" rx="1.5" fill="#eceef1" opacity=".35" />
      <circle cx="12" cy="12" r="1.6" fill="#1d1404" />
    </svg>
  );
}
