/*
 * A formatted sentence in pieces: what the catalogue says, and what was filled in. Fluent marks the latter with a pair of
 * isolation signs; here they become pieces of their own, so that a page can put each into its own element.
 */

export interface Piece {
  text: string;
  filled: boolean;
}

const OPEN = '\u2068';
const CLOSE = '\u2069';

export function pieces(text: string): Piece[] {
  const out: Piece[] = [];
  let depth = 0;
  let from = 0;
  const push = (to: number, filled: boolean): void => {
    if (to > from) out.push({ text: text.slice(from, to), filled });
    from = to + 1;
  };
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === OPEN) {
      push(at, depth > 0);
      depth += 1;
    } else if (text[at] === CLOSE) {
      push(at, depth > 0);
      depth -= 1;
    }
  }
  push(text.length, depth > 0);
  return out;
}

/** Without the signs: for attributes and the clipboard. */
export function plain(text: string): string {
  return text.replaceAll(OPEN, '').replaceAll(CLOSE, '');
}
