/*
 * The catalogue of sentences, the same files that the Rust crate `words` reads.
 * English stands behind every other language: what is missing there is said in English, never left out.
 */
import { FluentBundle, FluentResource } from '@fluent/bundle';

export type Language = 'en' | 'zh-CN';

export const LANGUAGES: readonly Language[] = ['en', 'zh-CN'];

const files = import.meta.glob<string>('@catalogue/*/*.ftl', { query: '?raw', import: 'default', eager: true });

function bundle(language: Language): FluentBundle {
  const made = new FluentBundle(language, { useIsolating: true });
  for (const [path, text] of Object.entries(files)) {
    if (path.includes(`/${language}/`)) made.addResource(new FluentResource(text));
  }
  return made;
}

const made = new Map<Language, FluentBundle>();

/** Read once. */
export function bundleOf(language: Language): FluentBundle {
  let found = made.get(language);
  if (!found) {
    found = bundle(language);
    made.set(language, found);
  }
  return found;
}

/** The one of our languages that fits this wish best. */
export function languageOf(wished: string): Language {
  return wished.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en';
}
