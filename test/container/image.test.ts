import { generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import { docker, IMAGE, runContainer, startContainer } from "./connector-container.ts";

const POOL = "eu-west-1_Local0001";
// Nobody answers there.
const CLIENT_ID = "cool-name@127.0.0.1:1/abc";
const JWK = JSON.stringify(generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" }));
const CLIENT_SECRET = `secret-token:conductorone.com:v1:${Buffer.from(JWK).toString("base64url")}`;

const LIST = `
const { readdirSync } = require("node:fs");
const walk = (folder) => readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? walk(folder + "/" + entry.name) : [folder + "/" + entry.name]);
console.log(walk("/app").join("\\n"));`;

test("the image is small, and has a user, a volume and a stop signal", async () => {
  const { Size, Config } = await (await docker()).getImage(IMAGE).inspect();
  process.stdout.write(`image: ${(Size / 1e6).toFixed(1)} MB\n`);
  expect(Size).toBeLessThan(200_000_000);
  expect(Config).toMatchObject({
    User: "65532:65532",
    StopSignal: "SIGTERM",
    WorkingDir: "/data",
    Volumes: { "/data": {} },
    Entrypoint: ["connector"],
    Healthcheck: { Test: ["CMD", "connector", "health-check"] },
  });
  // Arguments of a manifest that are flags alone take the place of nothing.
  expect(Config.Cmd ?? []).toEqual([]);
});

test("it contains only what the program needs", async () => {
  const { stdout, code } = await runContainer({ entrypoint: "node", args: ["-e", LIST] });
  expect(code).toBe(0);
  const files = stdout.trim().split("\n");
  expect(files).toContain("/app/dist/cmd/connector/main.js");
  const modules = "/app/node_modules/";
  for (const left of ["typescript", "vitest", "testcontainers", "cognito-local", "node", "@biomejs"]) {
    expect(files.filter((file) => file.startsWith(`${modules}${left}/`))).toEqual([]);
  }
  expect(files.filter((file) => /\.(test\.js|d\.ts|map)$/.test(file))).toEqual([]);
});

test("there is no shell and no package manager", async () => {
  for (const program of ["/bin/sh", "/bin/bash", "/usr/local/bin/npm", "/usr/bin/apt-get"]) {
    await expect(runContainer({ entrypoint: program, args: [] })).rejects.toThrow(
      /no such file or directory/,
    );
  }
});

test("it runs as 65532, with nothing writable but /data, and no capability", async () => {
  const script = `
const { writeFileSync, readFileSync } = require("node:fs");
const tried = ["/x", "/app/x", "/usr/local/bin/x", "/tmp/x", "/etc/x", "/data/x"].map((file) => {
  try { writeFileSync(file, ""); return file; } catch { return ""; }
}).filter(Boolean);
const caps = /CapEff:\\s*(\\w+)/.exec(readFileSync("/proc/self/status", "utf8"))[1];
console.log(JSON.stringify({ uid: process.getuid(), gid: process.getgid(), tried, caps }));`;
  const { stdout } = await runContainer({ entrypoint: "node", args: ["-e", script] });
  expect(JSON.parse(stdout)).toEqual({
    uid: 65532,
    gid: 65532,
    tried: ["/data/x"],
    caps: "0000000000000000",
  });
});

test("connector is the program, and a wrong command line ends with 2", async () => {
  const version = await runContainer({ args: ["version"] });
  expect(version).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^connector \d+\.\d+\.\d+ \(node 24\./),
  });
  for (const args of [["serve"], []]) {
    const wrong = await runContainer({ args });
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining("user-pool-id") });
  }
});

test.for([
  ["the environment alone", [], { BATON_CLIENT_ID: CLIENT_ID, BATON_USER_POOL_ID: POOL }],
  ["flags alone", [`--client-id=${CLIENT_ID}`, `--user-pool-id=${POOL}`], {}],
] as const)(
  "%s, as in a manifest of another Baton connector, starts the platform's daemon",
  async ([, args, env]) => {
    const container = await startContainer({ args, env: { ...env, BATON_CLIENT_SECRET: CLIENT_SECRET } });
    try {
      await container.logged(/"msg":"doing the platform's tasks"/);
      await container.logged(/"msg":"no Hello to the platform yet: the pool cannot be read; trying again"/);
      await container.kill("SIGTERM");
      const { code, stderr } = await container.result;
      expect({ code, stderr }).toMatchObject({ code: 0 });
      expect(stderr).not.toContain("serving gRPC");
      expect(stderr).not.toContain(CLIENT_SECRET);
    } finally {
      await container.remove();
    }
  },
);
