import { defineConfig } from 'vitest/config';

// Tests in the browser, against the real program and the simulator: `make test-web`.
export default defineConfig({
  test: {
    include: ['e2e/**/*.test.ts'],
    environment: 'node',
    setupFiles: ['e2e/setup.ts'],
    // Each file has a service, a simulator and a browser of its own; two at once would only wait for each other.
    fileParallelism: false,
    testTimeout: 90_000,
    hookTimeout: 60_000,
    // A story is one walk through the pages: what follows a failed step says nothing.
    bail: process.env.CI ? 0 : 1,
  },
});
