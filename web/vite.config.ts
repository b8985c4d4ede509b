import { svelte } from '@sveltejs/vite-plugin-svelte';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

// In development the API comes from a running service; ADTALLY_URL says where.
const service = process.env.ADTALLY_URL ?? 'http://127.0.0.1:8085';

/** Leaves out a style attribute, which the policy of the pages forbids. dialogs.css has the rule. */
const withoutInlineStyle: Plugin = {
  name: 'without-inline-style',
  enforce: 'pre',
  transform: (code, id) =>
    /bits-ui.*command-item\.svelte$/.test(id) ? code.replace('style="display: contents;" ', '') : undefined,
};

export default defineConfig({
  plugins: [withoutInlineStyle, svelte()],
  build: {
    target: 'es2022',
    sourcemap: false,
    // The policy of the pages forbids data: scripts and inline styles.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    host: '127.0.0.1',
    port: 5173,
    strictPort: true,
    proxy: Object.fromEntries(
      ['/api', '/auth', '/healthz', '/readyz'].map((path) => [path, { target: service, changeOrigin: true }]),
    ),
  },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
});
