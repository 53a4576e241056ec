/*
 * Sentences by their key, in the person's language. Reading one inside a component makes it follow the language.
 */
import { FluentNumber, type FluentVariable } from '@fluent/bundle';

import { bundleOf, type Language } from './bundles';
import { formats, type Formats } from './format';
import { plain } from './pieces';
import { visible } from './visible';

export type Args = Record<string, string | number>;

/** What a person reads about a problem. Still with isolation signs, for `Phrase`. */
export interface Said {
  title: string | null;
  sentence: string;
  remedy: string | null;
}

/**
 * Plain whole numbers choose plural forms; all else is text: the same rule as in the crate `words`. What came as a text is not
 * grouped, since it may be a port or part of a command.
 */
function valueOf(value: string | number): FluentVariable {
  if (typeof value === 'number') return value;
  if (/^(0|[1-9]\d{0,14})$/.test(value)) return new FluentNumber(Number(value), { useGrouping: false });
  return visible(value);
}

export class Words {
  language = $state<Language>('en');

  readonly format: Formats = $derived(formats(this.language));

  constructor(language: Language = 'en') {
    this.language = language;
  }

  /** The sentence, with isolation signs around what is filled in. Without an entry: its key. */
  say(key: string, args: Args = {}, attribute: string | null = null): string {
    return this.find(key, args, attribute) ?? key;
  }

  /** The same without the signs. */
  readonly t = (key: string, args: Args = {}): string => plain(this.say(key, args));

  /** Is there such an entry (with such an attribute)? */
  has(key: string, attribute: string | null = null): boolean {
    return this.find(key, {}, attribute) !== null;
  }

  /** Which attribute says what to do here: where there are buttons no command is named. */
  remedyOf(key: string): 'window' | 'remedy' | null {
    if (this.has(key, 'window')) return 'window';
    return this.has(key, 'remedy') ? 'remedy' : null;
  }

  /** One attribute of an entry, plain; null if there is none. */
  attribute(key: string, attribute: string, args: Args = {}): string | null {
    const found = this.find(key, args, attribute);
    return found === null ? null : plain(found);
  }

  /** What there is to say about a code: a failure's stands behind `failure-`, any other is its own key. */
  about(code: string, args: Args = {}): Said {
    const key = this.has(`failure-${code}`) ? `failure-${code}` : code;
    const sentence = this.find(key, args, null);
    if (sentence === null) {
      const shown = Object.entries(args).map(([name, value]) => `${name}: ${visible(String(value))}`);
      return { title: null, sentence: shown.length > 0 ? `${code} (${shown.join(', ')})` : code, remedy: null };
    }
    return { title: this.find(key, args, 'title'), sentence, remedy: this.find(key, args, this.remedyOf(key) ?? 'remedy') };
  }

  private find(key: string, args: Args, attribute: string | null): string | null {
    const values = Object.fromEntries(Object.entries(args).map(([name, value]) => [name, valueOf(value)]));
    for (const language of this.language === 'en' ? (['en'] as const) : ([this.language, 'en'] as const)) {
      const bundle = bundleOf(language);
      const message = bundle.getMessage(key);
      const pattern = attribute === null ? message?.value : message?.attributes[attribute];
      if (pattern) return bundle.formatPattern(pattern, values, []);
    }
    return null;
  }
}
