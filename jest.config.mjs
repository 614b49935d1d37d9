/** One Jest run over all workspaces. Sources are ES modules in TypeScript; swc only strips the types. */
export default {
  testEnvironment: 'node',
  globalSetup: '<rootDir>/homeserver/testing/global-setup.ts',
  globalTeardown: '<rootDir>/homeserver/testing/global-teardown.ts',
  roots: ['<rootDir>/spec', '<rootDir>/federation', '<rootDir>/homeserver', '<rootDir>/client-web', '<rootDir>/client-desktop', '<rootDir>/bench'],
  testMatch: ['**/*.test.ts', '**/*.test.tsx'],
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  transform: {
    '\\.tsx$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript', tsx: true }, target: 'esnext', transform: { react: { runtime: 'automatic' } } },
        module: { type: 'es6' },
      },
    ],
    '\\.ts$': ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'esnext' }, module: { type: 'es6' } }],
  },
  moduleNameMapper: { '^@matrix-org/matrix-sdk-crypto-nodejs$': '<rootDir>/homeserver/testing/no-native-crypto.cjs' },
  modulePathIgnorePatterns: ['/dist/'],
  // Libraries under test are talkative; what tests have to say they write to standard output.
  silent: true,
  setupFilesAfterEnv: ['<rootDir>/client-web/e2e/try-again.ts'],
  testTimeout: 30_000,
  maxWorkers: 2,
  // ms; a worker that has run a hundred suites takes its time to go.
  workerGracefulExitTimeout: 15_000,
};
