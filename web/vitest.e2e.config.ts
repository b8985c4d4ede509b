import { defineConfig } from 'vitest/config';

// Tests in the browser, against the real program and the simulator: `make test-web`.
export default defineConfig({
  test: {
    include: ['e2e/**/*.test.ts'],
    environment: 'node',
    setupFiles: ['e2e/setup.ts'],
    // Two processes, for two cores: while one waits for a sync, the other draws. The files of a
    // process share Chromium and, if they change nothing, the service of world.ts.
    isolate: false,
    maxWorkers: 2,
    testTimeout: 90_000,
    hookTimeout: 60_000,
    // A story is one walk through the pages: what follows a failed step says nothing.
    bail: process.env.CI ? 0 : 1,
  },
});
