import { defineConfig } from 'vitest/config';

// Pictures of all pages: `make screenshots`.
export default defineConfig({
  test: { include: ['e2e/screenshots.ts'], testTimeout: 900_000, hookTimeout: 60_000 },
});
