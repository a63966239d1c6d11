// Owns the colours that somebody chose, kept by the browser alone.
import type { Theme } from '../model/state.ts';

const NAME = 'tributary-theme';

/** What was chosen here before; what the system has, when nothing was or nothing can be kept. */
export function keptTheme(): Theme {
  try {
    const kept = localStorage.getItem(NAME);
    return kept === 'light' || kept === 'dark' ? kept : 'system';
  } catch {
    return 'system'; // a browser that keeps nothing
  }
}

/** Keeps a choice. */
export function keepTheme(theme: Theme): void {
  try {
    if (theme === 'system') localStorage.removeItem(NAME);
    else localStorage.setItem(NAME, theme);
  } catch {
    // It lasts as long as the page, then.
  }
}
