// What a running SCIM service reports about itself: log lines, metrics, traces, the audit log; and how it ends.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { RunningCli } from "./support/connector-cli.ts";
import { OBSERVED_POOL, useObservedService } from "./support/observed-service.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN = "00f067aa0ba902b7";

const service = useObservedService(beforeEach, afterEach, { users: 3 });
const { said, lines } = service;

const start = (...more: readonly string[]): RunningCli =>
  service.start(
    "--scim",
    "--scim-listen=127.0.0.1:0",
    `--state-dir=${join(service.folder, "state")}`,
    ...more,
  );

/** Resolves with the base URL. */
async function serve(...more: readonly string[]): Promise<string> {
  start(...more);
  await said('"msg":"serving SCIM"');
  return `http://${service.addressOf("serving SCIM")}/scim/v2`;
}

function tokens(): string {
  const path = join(service.folder, "tokens");
  const hash = (token: string): string => createHash("sha256").update(token).digest("hex");
  writeFileSync(path, `provision ${hash("deploy")} okta\nread ${hash("look")} auditor\n`, { mode: 0o600 });
  return `--auth-tokens-file=${path}`;
}

const as = (token: string, more: Readonly<Record<string, string>> = {}) => ({
  authorization: `Bearer ${token}`,
  "content-type": "application/scim+json",
  ...more,
});

const FILTER = 'userName eq "ada.secret@corp.test"';
const lookUp = `/Users?filter=${encodeURIComponent(FILTER)}`;

test.for(["--scim-external-id-attribute", "--scim-display-name-attribute"])(
  "a setting that names an attribute which the pool lacks is said at the start: %s",
  async (setting) => {
    await serve(`${setting}=custom:absent`);
    await said("the settings of SCIM do not fit the user pool");
    expect(lines().find(({ msg }) => msg?.toString().includes("do not fit the user pool"))).toMatchObject({
      level: "error",
      error: expect.stringContaining(`${setting}: is no attribute of the pool`),
      code: "invalid-argument",
    });
  },
);

describe("a SCIM request", () => {
  test("is a span in its caller's trace, and its AWS calls are its children", async () => {
    const base = await serve(
      `--otel-collector-endpoint=http://127.0.0.1:${service.collector.port}`,
      "--log-level=debug",
    );
    await said('"msg":"the pool can be read"');
    const answer = await fetch(base + lookUp, { headers: { traceparent: `00-${TRACE}-${SPAN}-01` } });
    expect(answer.status).toBe(200);
    service.signal("SIGTERM");
    expect(await service.code()).toBe(0);

    const request = service.collector.spans.find(({ name }) => name === "GET /Users");
    expect(request).toMatchObject({
      traceId: TRACE,
      parentSpanId: SPAN,
      attributes: { "http.request.method": "GET", "http.route": "/Users", "http.response.status_code": 200 },
    });
    // The first sync has spans of its own.
    const child = service.collector.spans.find(
      ({ name, traceId }) => name === "ListUsers" && traceId === TRACE,
    );
    expect(child).toMatchObject({ parentSpanId: request?.spanId });
    const told = lines().filter(({ traceId }) => traceId === TRACE);
    expect(told.at(-1)).toMatchObject({ msg: "SCIM request finished", endpoint: "/Users", status: 200 });
    expect(JSON.stringify(service.collector.spans)).not.toContain("secret");
  });

  test("leaves no value of the person in the log, by a filter, a search, a path or a body", async () => {
    const base = await serve("--log-level=debug", "--provisioning");
    const search = JSON.stringify({ filter: FILTER });
    const person = JSON.stringify({ userName: "ada.secret@corp.test", password: "Secret-pass-1" });
    const headers = as("-");
    await fetch(base + lookUp);
    await fetch(`${base}/Users/.search`, { method: "POST", headers, body: search });
    await fetch(`${base}/Users/ada.secret@corp.test`);
    await fetch(`${base}/ada.secret`);
    await fetch(`${base}/Users?filter=secret+secret+secret`);
    await fetch(`${base}/Users`, { method: "POST", headers, body: person });
    await fetch(`${base}/Users`, { method: "POST", headers, body: person });
    await fetch(`${base}/Users`, { method: "POST", headers, body: `{"secret` });
    await vi.waitFor(() => expect(service.log.match(/"msg":"SCIM request/g)).toHaveLength(8), {
      timeout: 100_000,
    });
    expect(service.log).not.toMatch(/secret/i);
    expect(lines().filter(({ level }) => level === "error")).toMatchObject([
      { endpoint: "/Users", status: 400 },
      { method: "POST", endpoint: "/Users", status: 409 },
      { method: "POST", endpoint: "/Users", status: 400 },
    ]);
  });

  test("of a reader that would change something is in the audit log and the metrics", async () => {
    const base = await serve(tokens(), "--provisioning", "--health-check", "--health-check-port=0");
    const body = JSON.stringify({ userName: "eve", favouriteColour: "red" });
    const refused = await fetch(`${base}/Users`, { method: "POST", headers: as("look"), body });
    expect(refused.status).toBe(403);
    expect((await fetch(`${base}/Users`, { method: "POST" })).status).toBe(401);
    const made = await fetch(`${base}/Users`, { method: "POST", headers: as("deploy"), body });
    expect(made.status).toBe(201);
    const audit = readFileSync(join(service.folder, "state", `${OBSERVED_POOL}.audit.jsonl`), "utf8");
    const entries = audit
      .split("\n")
      .filter((line) => line !== "")
      .map((line): unknown => JSON.parse(line));
    expect(entries).toMatchObject([
      { by: { via: "scim", name: "token:auditor" }, refused: { operation: "scim POST /Users" } },
      { by: { via: "scim", name: "token:okta" }, kind: "create-account", outcome: "done" },
    ]);
    const http = service.addressOf("serving health and metrics");
    const metrics = await (await fetch(`http://${http}/metrics`)).text();
    expect(metrics).toContain(
      'connector_scim_requests_total{method="POST",endpoint="/Users",status="201"} 1',
    );
    expect(metrics).toContain('connector_scim_dropped_attributes_total{kind="User"} 1');
    expect(metrics).toContain('connector_scim_refusals_total{status="401"} 1');
    expect(metrics).toContain('connector_scim_refusals_total{status="403"} 1');
    expect(metrics).toContain(
      'connector_scim_request_duration_seconds_count{method="POST",endpoint="/Users"} 1',
    );
  });

  test("that asks for few attributes is answered with location and version all the same", async () => {
    const base = await serve("--provisioning");
    const asked = { method: "POST", headers: as("-"), body: JSON.stringify({ userName: "eve" }) };
    const made = await fetch(`${base}/Users?attributes=userName`, asked);
    const location = made.headers.get("location") ?? "";
    const version = made.headers.get("etag") ?? "";
    expect(made.status).toBe(201);
    expect([location, version]).toEqual([
      expect.stringContaining(`${base}/Users/`),
      expect.stringMatching(/^W\//),
    ]);
    expect(await made.json()).toMatchObject({ userName: "eve", id: location.split("/").at(-1) });
    const again = await fetch(`${location}?attributes=userName`, { headers: { "if-none-match": version } });
    expect(again.status).toBe(304);
  });

  test("that is a dry run changes nothing", async () => {
    const base = await serve("--provisioning");
    const body = JSON.stringify({ userName: "eve", emails: [{ value: "eve@corp.test" }] });
    const dry = as("-", { "dry-run": "true" });
    const planned = await fetch(`${base}/Users`, { method: "POST", headers: dry, body });
    expect([planned.status, planned.headers.get("dry-run")]).toEqual([200, "true"]);
    const after = await fetch(`${base}/Users?filter=${encodeURIComponent('userName eq "eve"')}`);
    expect(await after.json()).toMatchObject({ totalResults: 0 });
  });

  test("that changes something names the setting where changes are off", async () => {
    const base = await serve();
    const answer = await fetch(`${base}/Users`, {
      method: "POST",
      headers: as("-"),
      body: JSON.stringify({ userName: "eve" }),
    });
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({ detail: expect.stringContaining("--provisioning") });
  });
});

describe("the SCIM service", () => {
  test("finishes a request that runs when it is stopped", async () => {
    const base = await serve();
    // The first sync reads users too.
    await said('"msg":"synced"');
    const hold = service.cognito.hold({ operation: "ListUsers" });
    const answer = fetch(base + lookUp);
    await hold.arrived();
    service.signal("SIGTERM");
    await said("shutting down");
    hold.release();
    expect((await answer).status).toBe(200);
    expect(await service.code()).toBe(0);
  });

  test("is not started where other machines could read it, and says why", async () => {
    const { result } = start("--scim-listen=0.0.0.0:0");
    const { code, stderr } = await result;
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/--scim-listen: 0\.0\.0\.0:0 can be reached from other machines/);
  });

  test("answers 500, and not 401 or 403, when AWS refuses the connector itself", async () => {
    const base = await serve();
    // The first sync reads users too.
    await said('"msg":"synced"');
    for (const name of ["AccessDeniedException", "ExpiredTokenException", "UnrecognizedClientException"]) {
      const rule = service.cognito.script({ operation: "ListUsers", error: { name, status: 400 } });
      const answer = await fetch(base + lookUp);
      expect([name, answer.status, rule.fired > 0]).toEqual([name, 500, true]);
      expect(await answer.text()).not.toContain("Exception");
      rule.remove();
    }
  });
});
