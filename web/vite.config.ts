import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

// In development the API comes from a running service; ADTALLY_URL says where.
const service = process.env.ADTALLY_URL ?? 'http://127.0.0.1:8085';

export default defineConfig({
  plugins: [svelte()],
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
