/* Where in the window one is. */
export type Page =
  | 'overview'
  | 'activity'
  | 'restore'
  | 'receiver'
  | 'settings'
  | 'doctor'
  | 'form'
  | 'first'
  | 'import';

export interface Route {
  page: Page;
  /** The sync it is about; null for a new one, or for all. */
  sync: string | null;
}

const PAGES: readonly Page[] = [
  'overview',
  'activity',
  'restore',
  'receiver',
  'settings',
  'doctor',
  'form',
  'first',
  'import',
];

/** A page by its name; the overview for any other name. */
export function pageOf(name: string): Page {
  return PAGES.find((page) => page === name) ?? 'overview';
}
