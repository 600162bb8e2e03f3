/** The API key of this tab: kept in its session storage, sent as a header, forgotten with the tab. */
import { useEffect, useState } from 'preact/hooks';

const storageKey = 'leeway-key';

/** Why the page asks for a key; null: it does not. */
export interface Asked {
  /** What was wrong with the last one, '' when there was none. */
  readonly problem: string;
}

let memory: string | null = null;
let asked: Asked | null = null;
const listeners = new Set<() => void>();

function tell(): void {
  for (const listener of listeners) listener();
}

/** The key in use, or null. */
export function currentKey(): string | null {
  try {
    return sessionStorage.getItem(storageKey) ?? memory;
  } catch {
    return memory;
  }
}

function keep(key: string | null): void {
  memory = key;
  try {
    if (key === null) sessionStorage.removeItem(storageKey);
    else sessionStorage.setItem(storageKey, key);
  } catch {
    // Storage may be forbidden: the key then lasts as long as the page.
  }
}

/** Headers of a request to Leeway. */
export function keyHeaders(): Readonly<Record<string, string>> {
  const key = currentKey();
  return key === null ? {} : { authorization: `Bearer ${key}` };
}

/** Told of every answer that a key would have changed: 401 and 403 ask for one. */
export function noteRefusal(status: number, message: string, sent: string | null): void {
  // An answer to a key that has been replaced since says nothing of the new one.
  if ((status !== 401 && status !== 403) || sent !== currentKey()) return;
  keep(null);
  asked = { problem: sent === null ? '' : message };
  tell();
}

export function signIn(key: string): void {
  keep(key);
  asked = null;
  tell();
}

export function signOut(): void {
  keep(null);
  asked = { problem: '' };
  tell();
}

/** Whether a key is in use, and whether one is asked for. */
export function useAccess(): { readonly signedIn: boolean; readonly asked: Asked | null } {
  const [, redraw] = useState(0);
  useEffect(() => {
    const listener = () => redraw(n => n + 1);
    listeners.add(listener);
    // It may have been asked for between the first drawing and now.
    listener();
    return () => void listeners.delete(listener);
  }, []);
  return { signedIn: currentKey() !== null, asked };
}
