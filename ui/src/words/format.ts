/*
 * Numbers, sizes and times as the person's language writes them. Relative under an hour, the time of day today, the date else.
 */
import type { Language } from './bundles';

export interface Formats {
  count(value: number): string;
  bytes(value: number): string;
  rate(perSecond: number): string;
  /** The time of day; with its date if that is not today. */
  clock(ms: number, now: number): string;
  /** Date and time. */
  moment(ms: number): string;
  day(ms: number): string;
  /** How long: `40 s`, `4 min`, `3 h`, `2 days`. */
  span(ms: number): string;
}

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

function unit(language: Language, value: number, name: string, digits: number, display: 'short' | 'long'): string {
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit: name,
    unitDisplay: display,
    maximumFractionDigits: digits,
  }).format(value);
}

export function formats(language: Language): Formats {
  const count = new Intl.NumberFormat(language);
  const time = new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  const moment = new Intl.DateTimeFormat(language, {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const day = new Intl.DateTimeFormat(language, { weekday: 'long', day: 'numeric', month: 'long' });

  const bytes = (value: number): string => {
    let size = value;
    let step = 0;
    while (size >= 1000 && step < UNITS.length - 1) {
      size /= 1000;
      step += 1;
    }
    return unit(language, size, UNITS[step] ?? 'byte', size < 10 && step > 1 ? 1 : 0, step === 0 ? 'long' : 'short');
  };

  return {
    count: (value) => count.format(value),
    bytes,
    rate: (perSecond) => `${bytes(perSecond)}/s`,
    clock: (ms, now) =>
      new Date(ms).toDateString() === new Date(now).toDateString() ? time.format(ms) : moment.format(ms),
    moment: (ms) => moment.format(ms),
    day: (ms) => day.format(ms),
    span: (ms) => {
      const seconds = Math.max(0, Math.ceil(ms / 1000));
      if (seconds < 60) return unit(language, seconds, 'second', 0, 'short');
      if (seconds < 3600) return unit(language, Math.ceil(seconds / 60), 'minute', 0, 'short');
      if (seconds < 2 * 86_400) return unit(language, Math.floor(seconds / 3600), 'hour', 0, 'short');
      return unit(language, Math.floor(seconds / 86_400), 'day', 0, 'long');
    },
  };
}
