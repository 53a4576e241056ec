/* Names, help and units of keys in the person's language. English help is the model's own; other languages have theirs in the catalogue. */
import type { Value } from '../host/types';
import type { Words } from '../words/words.svelte';
import type { KeyInfo } from './keys';

const entry = (key: KeyInfo): string => `option-${key.table}-${key.name}`;

/** A key without a name of its own is shown as what it is. */
export function labelOf(words: Words, key: KeyInfo): string {
  return words.has(entry(key)) ? words.t(entry(key)) : key.name;
}

export function helpOf(words: Words, key: KeyInfo): string {
  const translated = words.language === 'en' ? null : words.attribute(entry(key), 'help');
  return translated ?? key.help.replaceAll('`', '');
}

/** One of several values, in words where there are some. */
export function choiceOf(words: Words, key: KeyInfo, value: Value): string {
  const shown = wordOf(value);
  const plain = shown.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  const named = `choice-${key.name}-${plain}`;
  return words.has(named) ? words.t(named) : shown;
}

function wordOf(value: Value): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

export function unitOf(words: Words, unit: string): string {
  const named = `unit-${unit.toLowerCase().replaceAll(/[^a-z]+/g, '-')}`;
  return words.has(named) ? words.t(named) : unit;
}

/** The default with its unit; null if there is none. */
export function shownDefault(words: Words, key: KeyInfo, value: Value | undefined): string | null {
  if (value === undefined || typeof value === 'object') return null;
  if (key.value.is === 'one-of') return choiceOf(words, key, value);
  const shown = typeof value === 'number' ? words.format.count(value) : wordOf(value);
  return key.unit === null ? shown : `${shown} ${unitOf(words, key.unit)}`;
}
