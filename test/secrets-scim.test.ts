// What SCIM prints and keeps while AWS refuses, fails and quotes: planted texts are in no log line, error, metric or trace,
// passwords in no file, and the values of people in no file but those that are there for them.
import { describe, expect, test, vi } from "vitest";
import { type OtlpCollector, startOtlpCollector } from "./support/otlp-collector.ts";
import {
  DESCRIPTION,
  emailOf,
  FAULTS,
  filesBelow,
  KEY_SECRET,
  leaksIn,
  NAME,
  NEVER_KEPT,
  NEVER_TOLD,
  PASSWORD,
  PHONE,
  type PlantedStage,
  POOL,
  QUOTE,
  SECRETS,
  SESSION_TOKEN,
  SUBS,
  setPlantedStage,
  VALUE,
  WEAK,
} from "./support/planted.ts";
import { type ScimProgram, type ScimRequest, startScimProgram } from "./support/scim-service.ts";

vi.setConfig({ testTimeout: 180_000 });

const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const COGNITO_GROUP = "urn:connector:cognito:2.0:Group";
const CREW = Buffer.from("crew").toString("base64url");

type Asked = readonly [path: string, request: ScimRequest];

const operations = (...all: readonly object[]) => ({ schemas: [PATCH], Operations: all });

function somebody(turn: number | string) {
  return {
    userName: `${NAME}-new-${turn}`,
    externalId: `${VALUE}-${turn}`,
    displayName: VALUE,
    name: { givenName: VALUE, familyName: VALUE },
    emails: [{ value: emailOf(`new-${turn}`) }, { value: emailOf(`second-${turn}`), type: "home" }],
    phoneNumbers: [{ value: PHONE }],
    password: `${PASSWORD}${turn}`,
  };
}

/** A request of each kind that changes something. */
function changes(turn: number | string): readonly Asked[] {
  return [
    ["/Users", { method: "POST", json: somebody(turn) }],
    [
      `/Users/${SUBS.other}`,
      {
        method: "PUT",
        json: { ...somebody("other"), userName: `${NAME}-other`, nickName: `${VALUE}${turn}` },
      },
    ],
    [
      `/Users/${SUBS.ann}`,
      {
        method: "PATCH",
        json: operations(
          { op: "replace", path: "name.givenName", value: `${VALUE}${turn}` },
          { op: "replace", path: "password", value: `${PASSWORD}${turn}` },
        ),
      },
    ],
    [
      `/Users/${SUBS.pending}`,
      { method: "PATCH", json: operations({ op: "replace", value: { active: Number(turn) % 2 === 0 } }) },
    ],
    [
      "/Groups",
      {
        method: "POST",
        json: { displayName: `g ${turn}`, [COGNITO_GROUP]: { description: `${DESCRIPTION}${turn}` } },
      },
    ],
    [
      `/Groups/${CREW}`,
      {
        method: "PATCH",
        json: operations(
          { op: "replace", path: `${COGNITO_GROUP}:description`, value: `${DESCRIPTION}${turn}` },
          { op: Number(turn) % 2 === 0 ? "remove" : "add", path: "members", value: [{ value: SUBS.twin }] },
        ),
      },
    ],
  ];
}

function removal(turn: number | string): Asked {
  return [`/Users/${NAME}-new-${turn}`, { method: "DELETE" }];
}

/** What is refused for what a client wrote. */
function refusals(): readonly Asked[] {
  const post = (path: string, json: unknown): Asked => [path, { method: "POST", json }];
  const filter = (text: string): Asked => [`/Users?filter=${encodeURIComponent(text)}`, {}];
  return [
    post("/Users", { ...somebody("weak"), password: WEAK }),
    post("/Users", { ...somebody("x"), userName: `${NAME} with space` }),
    post("/Users", { ...somebody("x"), emails: [{ value: `${VALUE} no address` }] }),
    post("/Users", { ...somebody("x"), active: VALUE }),
    post("/Users", { ...somebody("x"), userName: `${NAME}-ann` }),
    post("/Users", `{"userName":"${NAME}","password":"${PASSWORD}"`),
    post("/Users", `["${NAME}","${PASSWORD}"]`),
    post("/Groups", { displayName: VALUE.repeat(40) }),
    post("/Groups", { displayName: "g", members: [{ value: VALUE }, { value: NAME }] }),
    post("/Bulk", {
      schemas: ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
      Operations: [{ method: "POST", path: `/Users/${NAME}`, bulkId: VALUE, data: { password: PASSWORD } }],
    }),
    post("/.search", { schemas: [VALUE], filter: `userName eq "${NAME}` }),
    [`/Users/${SUBS.ann}`, { method: "PATCH", json: operations({ op: VALUE, path: NAME, value: PASSWORD }) }],
    [
      `/Users/${SUBS.ann}`,
      { method: "PATCH", json: operations({ op: "replace", path: `x[${VALUE}`, value: PASSWORD }) },
    ],
    [`/Users/${SUBS.ann}`, { method: "DELETE", headers: { "if-match": `W/"${VALUE}"` } }],
    [`/Users/${SUBS.ann}`, { method: "DELETE", headers: { "dry-run": VALUE } }],
    [`/Users/${SUBS.ann}`, { method: "DELETE", headers: { "x-client-metadata": `{"a":"${VALUE}"` } }],
    filter(`password eq "${PASSWORD}"`),
    // An answer may have the name of an attribute: an administrator corrects it.
    filter(`unknown eq "${NAME}"`),
    filter(`userName eq "${NAME}`),
    filter(`emails[value eq "${emailOf("ann")}"`),
    [`/Users/${NAME}-nobody`, {}],
    [`/Users?cursor=${VALUE}`, {}],
    [`/Users?count=${VALUE}`, {}],
    [`/${NAME}/${VALUE}`, {}],
  ];
}

function start(stage: PlantedStage, collector: OtlpCollector, level: string): Promise<ScimProgram> {
  return startScimProgram(POOL, stage.cognito.url, {
    args: [
      `--log-level=${level}`,
      "--health-check",
      "--health-check-port=0",
      `--otel-collector-endpoint=http://127.0.0.1:${collector.port}`,
      "--scim-password=permanent",
      "--patience-seconds=5",
      "--scim-rate=1000",
    ],
    env: { AWS_SECRET_ACCESS_KEY: KEY_SECRET, AWS_SESSION_TOKEN: SESSION_TOKEN },
  });
}

/** Lists come from the inventory, and the records keep what clients wrote: for passwords there is no such place. */
function leaksInFiles({ stateDir }: ScimProgram): readonly string[] {
  return filesBelow(stateDir).flatMap(({ path, bytes }) => [
    ...leaksIn(`the name of ${path}`, path, NEVER_KEPT),
    ...leaksIn(path, bytes, /\.scim(-inventory)?\.db/.test(path) ? SECRETS : NEVER_KEPT),
  ]);
}

describe("SCIM prints no secret", () => {
  test.for([
    ["debug", 0],
    ["info", 1],
  ] as const)("at level %s, whatever clients send and AWS answers", async ([level, half]) => {
    const stage = await setPlantedStage();
    const collector = await startOtlpCollector();
    const scim = await start(stage, collector, level);
    const leaks: string[] = [];
    const answers = new Set<string>();
    async function all(asked: readonly Asked[]): Promise<readonly number[]> {
      const statuses = await Promise.all(asked.map(one));
      leaks.push(...leaksInFiles(scim));
      return statuses;
    }
    async function one([path, request]: Asked): Promise<number> {
      const { status, text, headers } = await scim.ask(path, request);
      const where = `the answer ${status} of ${request.method ?? "GET"} ${path.replaceAll(NAME, "…")}`;
      leaks.push(...leaksIn(where, text, status >= 400 ? NEVER_TOLD : SECRETS));
      const shown = JSON.stringify([...headers].filter(([name]) => name !== "location"));
      leaks.push(...leaksIn(`the headers of ${where}`, shown, NEVER_TOLD));
      if (status >= 400) answers.add(text);
      return status;
    }
    try {
      expect(await all(changes(1000))).toEqual([201, 200, 200, 200, 201, 204]);
      expect(await all([removal(1000)])).toEqual([204]);
      const refused = await all(refusals());
      expect(refused.filter((status) => status < 400)).toEqual([200]);
      for (const [turn, { rule }] of FAULTS.entries()) {
        // Each level meets half of the faults: the levels differ only in what is logged.
        if (turn % 2 !== half) continue;
        const armed = stage.cognito.script({ ...rule, ...(rule.times === undefined ? {} : { times: 6 }) });
        await all(changes(turn));
        await all([removal(turn)]);
        armed.remove();
        expect(armed.fired).toBeGreaterThan(1);
      }
      const reads = stage.cognito.script({
        operation: ["ListUsers", "ListUsersInGroup", "ListGroups"],
        error: { name: "InvalidParameterException", message: QUOTE },
      });
      await all([
        [`/Users/${SUBS.ann}`, {}],
        [`/Groups/${CREW}`, {}],
      ]);
      reads.remove();
      expect(reads.fired).toBeGreaterThan(1);
      expect(answers.size).toBeGreaterThan(25);

      const watched = /"address":"([^"]+)"[^\n]*"msg":"serving health/.exec(scim.log())?.[1] ?? "";
      const metrics = await (await fetch(`http://${watched}/metrics`)).text();
      expect(metrics).toContain("connector_scim_requests_total");
      leaks.push(...leaksIn("the metrics", metrics, NEVER_TOLD));
      const log = await scim.stop();
      expect(collector.spans.length).toBeGreaterThan(50);
      leaks.push(...leaksIn("the log", log, NEVER_TOLD));
      leaks.push(...leaksIn("the traces", collector.text(), NEVER_TOLD));
      expect([...new Set(leaks)]).toEqual([]);
    } finally {
      scim.program.process.kill("SIGKILL");
      await scim.program.result;
      collector.close();
      await stage.close();
    }
  });
});
