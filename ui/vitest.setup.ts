/* What jsdom lacks and headless components or the plot ask for. */
import '@testing-library/jest-dom/vitest';

import { cleanup } from '@testing-library/svelte';
import { afterEach, vi } from 'vitest';

afterEach(cleanup);

const nothing = (): void => undefined;

vi.stubGlobal(
  'ResizeObserver',
  class {
    observe = nothing;
    unobserve = nothing;
    disconnect = nothing;
  },
);
vi.stubGlobal('matchMedia', (media: string) => ({
  matches: false,
  media,
  addEventListener: nothing,
  removeEventListener: nothing,
}));
Object.assign(Element.prototype, {
  scrollIntoView: nothing,
  hasPointerCapture: () => false,
  releasePointerCapture: nothing,
  getAnimations: () => [],
});
// No canvas: plots are left out, their words stay.
Object.assign(HTMLCanvasElement.prototype, { getContext: () => null });
