import { type DescMethod, toBinary } from "@bufbuild/protobuf";
import { generateIdentity, identityToRecipient } from "age-encryption";
import { describe, expect, test, vi } from "vitest";
import { withoutEndpointLine } from "../cmd/connector/endpoint-line.fixture.ts";
import { WRITE_OPERATIONS } from "../pkg/core/operations.ts";
import { Secret } from "../pkg/core/secret.ts";
import { createSealer } from "../pkg/encryption/sealer.ts";
import { jwkConfig, ownKey } from "../pkg/encryption/sealing.fixture.ts";
import { ActionService } from "../pkg/gen/c1/connector/v2/action_pb.ts";
import { StatusSchema } from "../pkg/gen/google/rpc/status_pb.ts";
import { type RunningCli, startCli } from "./support/connector-cli.ts";
import { type GrpcTestClient, grpcClient, type Reply } from "./support/grpc-client.ts";
import { type OtlpCollector, startOtlpCollector } from "./support/otlp-collector.ts";
import {
  FAULTS,
  KEY_SECRET,
  leaksBelow,
  leaksIn,
  NEVER_KEPT,
  NEVER_TOLD,
  type Planted,
  type PlantedStage,
  POOL,
  SECRETS,
  SESSION_TOKEN,
  setPlantedStage,
} from "./support/planted.ts";
import { changes, type Keys, type PlantedCall, refusals } from "./support/planted-calls.ts";

/** Many changes run at once, and one search covers them all. */
const SEARCH_EVERY_MS = 500;

vi.setConfig({ testTimeout: 120_000 });

const OWN_KEY = ownKey("Ed25519");
const CLIENT_SECRET = `client@id:tenant:v1:${Buffer.from(JSON.stringify(OWN_KEY.privateJwk)).toString("base64url")}`;
const OWN: readonly Planted[] = [
  { what: "own private key", marker: String(OWN_KEY.privateJwk.d) },
  { what: "client secret", marker: CLIENT_SECRET.split(":")[3] ?? "" },
];

/** Their answers contain the users of the request, as the protocol requires. */
const WITH_PEOPLE: ReadonlySet<string> = new Set(["CreateAccount", "Grant"]);

async function keys(): Promise<Keys> {
  const sealer = await createSealer([jwkConfig(OWN_KEY.publicJwk)]);
  return {
    recipient: await identityToRecipient(await generateIdentity()),
    async sealed(password) {
      const [data] = await sealer.seal("password", "", new Secret(password));
      if (data === undefined) throw new Error("nothing was sealed");
      return data;
    },
  };
}

function serve(stage: PlantedStage, collector: OtlpCollector, level: string, format: string): RunningCli {
  const args = [
    "serve",
    "--health-check",
    "--health-check-port=0",
    `--otel-collector-endpoint=http://127.0.0.1:${collector.port}`,
    `--listen=unix:${stage.folder}/s.sock`,
    `--log-level=${level}`,
    `--log-format=${format}`,
  ];
  return startCli(args, {
    BATON_USER_POOL_ID: POOL,
    BATON_ENDPOINT_URL: stage.cognito.url,
    BATON_RATE: "1000",
    BATON_STATE_DIR: stage.stateDir,
    BATON_PROVISIONING: "true",
    BATON_CLIENT_SECRET: CLIENT_SECRET,
    AWS_SECRET_ACCESS_KEY: KEY_SECRET,
    AWS_SESSION_TOKEN: SESSION_TOKEN,
  });
}

function told(running: RunningCli, what: string): Promise<void> {
  return new Promise((resolve, reject) => {
    running.process.stderr?.on("data", (chunk: Buffer) => {
      if (chunk.includes(what)) resolve();
    });
    running.process.once("exit", () => reject(new Error(`it ended without "${what}"`)));
  });
}

/** Everything that one call returned, and the later status of an action. */
async function leaksOf(client: GrpcTestClient, { method, request, headers = {} }: PlantedCall) {
  const reply = await client.unary(method, request, { headers });
  const leaks = [...leaksInReply(method, reply)];
  const id: unknown = Reflect.get(Object(reply.answer), "id");
  if (method === ActionService.method.invokeAction && typeof id === "string") {
    const status = ActionService.method.getActionStatus;
    leaks.push(...leaksInReply(status, await client.unary(status, { id })));
  }
  return { said: `${method.name} ${reply.code} ${reply.message}`.trim(), leaks };
}

function leaksInReply<M extends DescMethod>(
  { name, output }: M,
  { message, trailers, details, answer }: Reply<Parameters<typeof toBinary<M["output"]>>[1]>,
): readonly string[] {
  return [
    ...leaksIn(`the message of ${name}`, message, NEVER_TOLD),
    ...leaksIn(`the trailers of ${name}`, JSON.stringify(trailers), NEVER_TOLD),
    ...leaksIn(
      `the details of ${name}`,
      details === undefined ? "" : toBinary(StatusSchema, details),
      NEVER_TOLD,
    ),
    ...leaksIn(
      `the answer of ${name}`,
      answer === undefined ? "" : toBinary(output, answer),
      WITH_PEOPLE.has(name) ? SECRETS : NEVER_KEPT,
    ),
  ];
}

describe("mark 54: the service, when it changes the pool, prints no secret", () => {
  test.concurrent.for([
    ["debug", "json", 0],
    ["info", "console", 1],
  ] as const)("at level %s as %s", async ([level, format, half]) => {
    const stage = await setPlantedStage(SEARCH_EVERY_MS);
    const collector = await startOtlpCollector();
    const running = serve(stage, collector, level, format);
    let log = "";
    running.process.stderr?.on("data", (chunk: Buffer) => {
      log += chunk.toString();
    });
    const client = grpcClient(`unix:${stage.folder}/s.sock`);
    try {
      await told(running, "serving gRPC");
      const held = await keys();
      const leaks: string[] = [];
      const answers = new Set<string>();
      const all = async (calls: readonly PlantedCall[]): Promise<readonly string[]> => {
        const replies = await Promise.all(calls.map((call) => leaksOf(client, call)));
        leaks.push(...replies.flatMap((reply) => reply.leaks), ...leaksBelow(stage.stateDir, NEVER_KEPT));
        for (const { said } of replies) answers.add(said);
        return replies.map(({ said }) => said);
      };

      const dry = (await changes(0, held)).map((call) => ({ ...call, headers: { "dry-run": "true" } }));
      expect(await all(dry)).toEqual(dry.map(({ method }) => `${method.name} OK`));
      await all(await refusals(held));
      for (const [turn, { rule }] of FAULTS.entries()) {
        // Each level runs half of the calls: the levels differ only in the form of a line.
        if (turn % 2 !== half) continue;
        const armed = stage.cognito.script({ ...rule, ...(rule.times === undefined ? {} : { times: 12 }) });
        await all(await changes(turn + 1, held));
        armed.remove();
        expect(armed.fired).toBeGreaterThan(1);
      }
      const well = await changes(FAULTS.length + 1, held);
      expect(await all(well)).toEqual(well.map(({ method }) => `${method.name} OK`));
      expect(WRITE_OPERATIONS.filter((operation) => stage.cognito.stats.count(operation) === 0)).toEqual([]);
      expect(answers.size).toBeGreaterThan(80);

      const watched = /127\.0\.0\.1:\d+/.exec(withoutEndpointLine(log))?.[0] ?? "";
      let pages = "";
      for (const path of ["/metrics", "/readyz", "/health"]) {
        pages += await (await fetch(`http://${watched}${path}`)).text();
      }
      expect(pages).toContain("connector_grpc_requests_total");
      running.process.kill("SIGTERM");
      const { code, stdout, stderr } = await running.result;
      expect(collector.spans.length).toBeGreaterThan(100);
      expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
      const made = stage.cognito.stats.calls
        .flatMap(({ input = {} }) => [input["Password"], input["TemporaryPassword"]])
        .filter((password) => typeof password === "string")
        .map((marker): Planted => ({ what: "sent password", marker, whole: marker }));
      expect(made.length).toBeGreaterThan(20);
      leaks.push(...leaksIn("stderr", stderr, [...NEVER_TOLD, ...OWN, ...made]));
      leaks.push(...leaksIn("the pages and metrics", pages, [...NEVER_TOLD, ...OWN, ...made]));
      leaks.push(...leaksIn("the traces", collector.text(), [...NEVER_TOLD, ...OWN, ...made]));
      leaks.push(...leaksBelow(stage.stateDir, [...NEVER_KEPT, ...OWN, ...made]), ...stage.duringWrites);
      expect([...new Set(leaks)]).toEqual([]);
      expect(stage.seenInJournal()).toBeGreaterThan(5);
    } finally {
      client.close();
      running.process.kill("SIGKILL");
      await running.result;
      collector.close();
      await stage.close();
    }
  });
});
