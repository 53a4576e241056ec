/*
 * One page, bundled into files that the shell's content policy allows: no inline script, no eval, nothing from elsewhere.
 * The catalogue of sentences lies with the Rust crate `words` and is read from there.
 */
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig(({ mode }) => ({
  plugins: [svelte()],
  resolve: {
    alias: { '@catalogue': here('../src-tauri/crates/words/catalogue') },
    // Without it Vitest takes Svelte's half for servers.
    ...(mode === 'test' ? { conditions: ['browser'] } : {}),
  },
  server: { port: 5173, strictPort: true, host: '127.0.0.1', fs: { allow: [here('..')] } },
  build: { target: 'es2022', modulePreload: { polyfill: false }, assetsInlineLimit: 0 },
  test: {
    environment: 'jsdom',
    setupFiles: ['./vitest.setup.ts'],
    include: ['src/**/*.test.ts'],
    testTimeout: 60_000,
  },
}));
