/* What can be done about a failure with one click. Codes decide, never texts. */
import type { SyncStatus } from '../host/types';

export type Remedy = 'password' | 'unlock' | 'allow' | 'look' | 'edit' | 'try' | 'open-source' | 'open-target';

const PASSWORD = ['password-missing', 'auth-failed', 'password-not-stored', 'keyring-unreadable', 'keyring-absent', 'keyring-denied'];
const FORM = [
  'unknown-module', 'not-rsyncd', 'host-not-found', 'bad-option', 'refused-option', 'target-not-directory',
  'password-file-missing', 'password-file-unused', 'temp-dir-missing', 'rsync-missing', 'ssh-missing',
];
const AT_SOURCE = ['source-unreadable', 'source-gone', 'source-not-directory'];
const AT_TARGET = ['target-full', 'target-read-only', 'conflict', 'target-parent-missing', 'target-not-accessible'];

/** The first is the main one. */
export function remedies(sync: SyncStatus): Remedy[] {
  if (sync.hold) return sync.hold.picture ? ['look', 'allow'] : [];
  const code = sync.problem?.code;
  if (code === undefined) return [];
  if (sync.phase === 'held') return ['open-source', 'allow'];
  if (PASSWORD.includes(code)) return ['password', 'try'];
  if (code === 'keyring-locked' || code === 'keyring-slow') return ['unlock', 'try'];
  if (FORM.includes(code)) return ['edit', 'try'];
  if (AT_SOURCE.includes(code)) return ['open-source', 'try'];
  if (AT_TARGET.includes(code) && sync.target.startsWith('/')) return ['open-target', 'try'];
  return ['try'];
}
