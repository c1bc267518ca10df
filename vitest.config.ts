import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { configDefaults, defineConfig } from "vitest/config";

const UNIT = ["pkg/**/*.test.ts", "cmd/**/*.test.ts"];
/** Long properties, and processes that are killed at every moment. */
const SLOW = "**/*.slow.test.ts";
/** They need a program of somebody else. */
const OUTSIDE = "test/{judges,container,chart}/**/*.test.ts";

/** A file that replaces modules has them to itself; all others share what they import, which halves their time. */
const replacing = globSync(UNIT, { cwd: import.meta.dirname }).filter((file) =>
  readFileSync(join(import.meta.dirname, file), "utf8").includes("vi.mock("),
);

export default defineConfig({
  test: {
    restoreMocks: true,
    unstubEnvs: true,
    // Vitest's own default leaves one core idle, which is half of a small machine.
    maxWorkers: "100%",
    // Node itself strips the types, as it does for the program. Vite's own transformation takes a quarter of the time.
    experimental: { viteModuleRunner: false },
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
          include: UNIT,
          exclude: [...configDefaults.exclude, SLOW, ...replacing],
          testTimeout: 30_000,
          isolate: false,
        },
      },
      {
        extends: true,
        test: { name: "unit-alone", include: replacing, testTimeout: 30_000 },
      },
      {
        extends: true,
        test: {
          name: "whole",
          include: ["test/**/*.test.ts"],
          exclude: [...configDefaults.exclude, SLOW, OUTSIDE],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: { name: "slow", include: [SLOW], testTimeout: 60_000, hookTimeout: 60_000 },
      },
      {
        extends: true,
        test: {
          name: "outside",
          include: [OUTSIDE],
          maxWorkers: 1,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
