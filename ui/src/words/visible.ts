/*
 * Text from outside made safe to look at: control characters and those that turn the direction of writing are shown as
 * what they are, so that a name can neither hide its end nor pretend to be another.
 */

// eslint-disable-next-line no-control-regex -- finding control characters is what this is for
const HIDDEN = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

/** The same text with every hidden character as `␀`-like sign or `‹U+202E›`. */
export function visible(text: string): string {
  return text.replace(HIDDEN, (sign) => {
    const code = sign.charCodeAt(0);
    if (code < 0x20) return String.fromCharCode(0x2400 + code);
    if (code === 0x7f) return '␡';
    return `‹U+${code.toString(16).toUpperCase().padStart(4, '0')}›`;
  });
}

/** As `visible`, with line breaks kept: for the words of a program, which may have several lines. */
export function visibleLines(text: string): string {
  return text.split('\n').map(visible).join('\n');
}

/** At most `most` characters, and whether any were left out: a message may be a megabyte long. */
export function shortened(text: string, most = 2000): { text: string; cut: number } {
  if (text.length <= most) return { text, cut: 0 };
  return { text: text.slice(0, most), cut: text.length - most };
}
