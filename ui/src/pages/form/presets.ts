/* Patterns that people add by the handful. What is in them can be made anew. */
export const PRESETS = {
  caches: ['.cache/', '.thumbnails/', '__pycache__/', '.gradle/'],
  builds: ['node_modules/', 'target/', 'build/', 'dist/', '.venv/', '*.o', '*.pyc'],
  trash: ['.local/share/Trash/', '.Trash/', '.Trash-*/'],
  temporary: ['*~', '*.tmp', '*.swp', '.~lock.*', 'core.*'],
} satisfies Record<string, string[]>;

export type Preset = keyof typeof PRESETS;

/** The list with those added that are not in it. */
export function added(list: string[], preset: Preset): string[] {
  return [...list, ...PRESETS[preset].filter((pattern) => !list.includes(pattern))];
}
