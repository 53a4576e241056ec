/* Lists and tables as a person edits them: one entry a line. */
import type { Value } from '../host/types';

export function linesOf(value: Value | undefined): string {
  return Array.isArray(value) ? value.map((one) => (typeof one === 'string' ? one : JSON.stringify(one))).join('\n') : '';
}

/** Empty lines at the end are left where the person is typing: they are no entries. */
export function readLines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}

export function mapLines(value: Value | undefined): string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return '';
  return Object.entries(value).map(([key, one]) => `${key} = ${typeof one === 'string' ? one : JSON.stringify(one)}`).join('\n');
}

/** `key = value` a line; null if a line is none. */
export function readMap(text: string): Record<string, string> | null {
  const map: Record<string, string> = {};
  for (const line of readLines(text)) {
    const at = line.indexOf('=');
    if (at < 1) return null;
    map[line.slice(0, at).trim()] = line.slice(at + 1).trim();
  }
  return map;
}
