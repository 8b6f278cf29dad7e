import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    globalSetup: ['tests/support/postgres-server.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // vitest would leave one processor to itself, and on a machine with two run one file after the other.
    maxWorkers: '100%',
  },
});
