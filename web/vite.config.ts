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

/** Serves the page of share links in development, as the service does. */
const sharedPage: Plugin = {
  name: 'shared-page',
  configureServer: (server) =>
    void server.middlewares.use((request, _, next) => {
      if (/^\/s\/(?!api\/)/.test(request.url ?? '')) request.url = '/shared.html';
      next();
    }),
};

export default defineConfig({
  plugins: [withoutInlineStyle, sharedPage, svelte()],
  build: {
    rolldownOptions: { input: ['index.html', 'shared.html'] },
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
      ['/api', '/s/api', '/auth', '/healthz', '/readyz'].map((path) => [path, { target: service, changeOrigin: true }]),
    ),
  },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
});
