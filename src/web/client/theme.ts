/** Light or dark: what the system prefers, unless a person chose here. */
import { useEffect, useState } from 'preact/hooks';

export type Theme = 'light' | 'dark';

const storageKey = 'leeway-theme';
const systemDark = () => matchMedia('(prefers-color-scheme: dark)');

function chosen(): Theme | null {
  try {
    const value = localStorage.getItem(storageKey);
    return value === 'light' || value === 'dark' ? value : null;
  } catch {
    return null;
  }
}

function current(): Theme {
  return chosen() ?? (systemDark().matches ? 'dark' : 'light');
}

/** Puts the theme on the document; called before the first paint and on every change. */
export function applyTheme(): Theme {
  const theme = current();
  document.documentElement.dataset['theme'] = theme;
  return theme;
}

/** The theme and a function that switches to the other one (kept in localStorage where there is one). */
export function useTheme(): readonly [Theme, () => void] {
  const [theme, setTheme] = useState<Theme>(applyTheme);
  useEffect(() => {
    const media = systemDark();
    const follow = () => setTheme(applyTheme());
    media.addEventListener('change', follow);
    return () => media.removeEventListener('change', follow);
  }, []);
  const toggle = () => {
    const next: Theme = theme === 'dark' ? 'light' : 'dark';
    try {
      localStorage.setItem(storageKey, next);
    } catch {
      // Storage may be forbidden: the choice then lasts as long as the page.
    }
    document.documentElement.dataset['theme'] = next;
    setTheme(next);
  };
  return [theme, toggle];
}
