import { userInfo } from 'node:os';

/** Who sits at the keyboard, as far as the system tells. */
export function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'cli';
  }
}
