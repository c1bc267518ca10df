import { describe, expect, test } from "vitest";
import { readSettings } from "../sources/read-settings.ts";
import { nowhere, refusalOf } from "../testing.fixture.ts";
import type { CommandName } from "./setting.ts";
import { envName, fileForm, SETTING_NAMES, settingOf, settingsFor } from "./settings.ts";

const SAMPLES: ReadonlyMap<string, string> = new Map([
  ["aws-access-key-id", "AKIAIOSFODNN7EXAMPLE"],
  ["aws-secret-access-key", "wJalrXUtnFEMI"],
  ["aws-session-token", "FwoGZXIvYXdzE"],
  ["client-secret", "secret-token:conductorone.com:v1:eyJrdHkiOiJPS1AifQ"],
  ["http-proxy", "http://me:hunter2@proxy:3128"],
  ["inventory", "postgres://me:hunter2@db/pools"],
  ["inventory-password", "hunter2"],
  ["redis-url", "redis://me:hunter2@cache:6379/1"],
  ["redis-password", "hunter2"],
  ["redis-sentinel-password", "hunter3"],
  ["https-proxy", "http://me:hunter2@proxy:3128"],
]);

const GUARDED = SETTING_NAMES.filter((name) => settingOf(name).secret || settingOf(name).carriesPassword);

const USES = GUARDED.flatMap((name) =>
  ([...settingOf(name).commands, "config"] satisfies CommandName[]).map(
    (command) => [name, command] as const,
  ),
);

test("every secret is looked at here", () => {
  expect([...SAMPLES.keys()].toSorted()).toEqual(GUARDED.toSorted());
});

describe.for(USES)("%s of %s", ([name, command]) => {
  const sample = SAMPLES.get(name) ?? "";

  test("is refused as a flag, and not repeated", () => {
    const got = refusalOf(() => readSettings(command, new Map([[name, sample]]), nowhere()));
    expect(got).toMatch(
      new RegExp(`^--${name}: every user of this machine can read .* on the command line; `),
    );
    expect(got).toContain(envName(name));
    expect(got).toContain("--allow-secret-flags");
    expect(got).not.toContain(sample);
    expect(got.includes(`--${fileForm(name)}`)).toBe(settingOf(name).secret);
  });

  test("is taken as a flag where that is asked for, which the command can be", () => {
    expect(settingsFor(command)).toContain("allow-secret-flags");
    for (const yes of ["true", "1"]) {
      const flags = new Map([
        [name, sample],
        ["allow-secret-flags", yes],
      ]);
      expect(readSettings(command, flags, nowhere()).values[name]).toBe(sample);
    }
    const byEnvironment = nowhere({ BATON_ALLOW_SECRET_FLAGS: "yes" });
    expect(readSettings(command, new Map([[name, sample]]), byEnvironment).values[name]).toBe(sample);
  });

  test.for(["false", "0"])("is refused as a flag when that is denied with %s", (no) => {
    const flags = new Map([
      [name, sample],
      ["allow-secret-flags", no],
    ]);
    expect(refusalOf(() => readSettings(command, flags, nowhere()))).toMatch(
      /^--[a-z-]+: every user of this/,
    );
  });

  test("is taken from the environment", () => {
    const { values } = readSettings(command, new Map(), nowhere({ [envName(name)]: sample }));
    expect(values[name]).toBe(sample);
  });
});

test("a proxy without a password is no secret", () => {
  const flags = new Map([["https-proxy", "http://proxy:3128"]]);
  expect(readSettings("sync", flags, nowhere()).values["https-proxy"]).toBe("http://proxy:3128");
});
