import { describe, expect, it } from 'vitest';

import { isTag } from '../words/tag';

describe('the language of the system', () => {
  it('is taken only if Intl knows such a tag', () => {
    expect(['en', 'zh-CN', 'de-CH'].map(isTag)).toEqual([true, true, true]);
    expect(['C', 'POSIX_', '', 'en_US.UTF-8'].map(isTag)).toEqual([false, false, false, false]);
  });
});
