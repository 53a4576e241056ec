/*
 * Where the system names no language, WebKit says "C". Intl takes no such tag, and what asks it while it is being loaded (the
 * plots do) would leave the window empty. So this comes before everything else.
 */
export function isTag(text: string): boolean {
  try {
    return Intl.getCanonicalLocales(text).length > 0;
  } catch {
    return false;
  }
}

if (!isTag(navigator.language)) {
  Object.defineProperty(navigator, 'language', { value: 'en', configurable: true });
}
