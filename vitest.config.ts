import { join } from "node:path";
import { configDefaults, defineConfig } from "vitest/config";

// Processes and threads of the tests get the sources from this cache: where each removes the types itself, it compiles Node's
// WebAssembly for that first, which is two thirds of the CPU time of a test that starts many threads.
process.env["NODE_COMPILE_CACHE"] ??= join(import.meta.dirname, ".cache/compiled");

/** Long properties, and processes that are killed at every moment. */
const SLOW = "**/*.slow.test.ts";
/** They measure what they wait for, each with the machine to itself. */
const ALONE = "test/{container,judges/redis}/**/*.test.ts";
/** They need a program of somebody else. */
const OUTSIDE = "test/{judges,chart,browser}/**/*.test.ts";

// Each limit bounds a hang: on a busy machine a process alone takes many seconds to begin.
export default defineConfig({
  test: {
    restoreMocks: true,
    unstubEnvs: true,
    // A check that is repeated may take as long as a test: Vitest's own second is short on a busy machine.
    expect: { poll: { timeout: 100_000 } },
    // Vitest's own default leaves one core idle, which is half of a small machine.
    maxWorkers: "100%",
    coverage: {
      provider: "v8",
      include: ["pkg/**/*.ts", "cmd/**/*.ts"],
      exclude: ["pkg/gen/**", "**/*.fixture.ts"],
      reporter: ["text-summary"],
    },
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["pkg/**/*.test.ts", "cmd/**/*.test.ts"],
          exclude: [...configDefaults.exclude, SLOW],
          testTimeout: 120_000,
          // All files share what they import, which halves their time: none may replace a module.
          isolate: false,
          // Node itself loads the files, as it loads the program: Vite's loader costs a quarter of the time. (Where each
          // file has a process of its own, Vite's is the cheaper one.)
          experimental: { viteModuleRunner: false },
        },
      },
      {
        extends: true,
        test: {
          name: "whole",
          include: ["test/**/*.test.ts"],
          exclude: [...configDefaults.exclude, SLOW, OUTSIDE, ALONE],
          testTimeout: 180_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: { name: "slow", include: [SLOW], testTimeout: 300_000, hookTimeout: 120_000 },
      },
      {
        extends: true,
        test: {
          name: "outside",
          include: [OUTSIDE],
          exclude: [...configDefaults.exclude, ALONE],
          testTimeout: 180_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: "alone",
          include: [ALONE],
          maxWorkers: 1,
          testTimeout: 180_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
