// What `make demo` shows of SCIM: the requests of an identity provider, one after the other.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { member, text } from "../bench/bench-pool.ts";

/** `connector serve --scim` of the demo. */
export interface DemoScim {
  /** Where it answers. */
  readonly url: string;
  stop(): Promise<void>;
}

export interface ScimStep {
  readonly says: string;
  readonly method: "GET" | "POST" | "PATCH";
  readonly path: string;
  readonly body?: object;
  readonly status: number;
}

const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

const search = (filter: string): string => `filter=${encodeURIComponent(filter)}`;

export const CREATE: ScimStep = {
  says: "It creates a person.",
  method: "POST",
  path: "/Users",
  body: {
    userName: "dora",
    name: { givenName: "Dora", familyName: "Engel" },
    emails: [{ value: "dora@example.com", type: "work", primary: true }],
    externalId: "00u1d0ra",
    [ENTERPRISE]: { department: "Finance" },
  },
  status: 201,
};

export const FIND_GROUP: ScimStep = {
  says: "It looks for a group.",
  method: "GET",
  path: `/Groups?${search('displayName eq "finance"')}&excludedAttributes=members`,
  status: 200,
};

export const joinGroup = (group: string, user: string): ScimStep => ({
  says: "It puts the person into the group.",
  method: "PATCH",
  path: `/Groups/${group}`,
  body: { schemas: [PATCH], Operations: [{ op: "add", path: "members", value: [{ value: user }] }] },
  status: 204,
});

export const disable = (user: string): ScimStep => ({
  says: "The person has left: it disables the account. Entra ID sends true and false as texts.",
  method: "PATCH",
  path: `/Users/${user}?attributes=userName,active,groups`,
  body: { schemas: [PATCH], Operations: [{ op: "Replace", path: "active", value: "False" }] },
  status: 200,
});

export const FIND: ScimStep = {
  says: "Who is Dora? A userName has no letter case.",
  method: "GET",
  path: `/Users?${search('userName eq "DORA"')}&attributes=userName,active,groups.display,${ENTERPRISE}:department`,
  status: 200,
};

/** Resolves when the service answers. `start` are the program and its arguments. */
export async function startDemoScim(
  [command = "", ...args]: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<DemoScim> {
  const service = spawn(command, args, {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, ...env },
  });
  const ended = once(service, "exit");
  let log = "";
  const url = await new Promise<string>((resolve, reject) => {
    service.stderr.on("data", (chunk: Buffer) => {
      log += chunk.toString();
      const address = /"address":"([^"]+)"[^\n]*"msg":"serving SCIM"/.exec(log)?.[1];
      if (address !== undefined) resolve(`http://${address}/scim/v2`);
    });
    void ended.then(() => reject(new Error(log)));
  });
  return {
    url,
    async stop() {
      service.kill("SIGTERM");
      await ended;
    },
  };
}

/** What came back: the status line, and the body as a person reads it. */
export interface ScimShown {
  readonly isRight: boolean;
  readonly lines: readonly string[];
  /** The `id` of the answer, or of the only resource in it. */
  readonly id: string;
}

export async function sent({ url }: DemoScim, step: ScimStep): Promise<ScimShown> {
  const { method, path, body } = step;
  const reply = await fetch(`${url}${path}`, {
    method,
    ...(body !== undefined && {
      headers: { "content-type": "application/scim+json" },
      body: JSON.stringify(body),
    }),
  });
  const answer = await reply.text();
  const parsed: unknown = answer === "" ? undefined : JSON.parse(answer);
  const list = member(parsed, "Resources");
  return {
    isRight: reply.status === step.status,
    lines: [
      `HTTP ${reply.status}`,
      ...(parsed === undefined ? [] : JSON.stringify(parsed, undefined, 2).split("\n")),
    ],
    id: text(Array.isArray(list) ? list[0] : parsed, "id"),
  };
}

/** The request as a command that a person could type. */
export function asCurl({ url }: DemoScim, { method, path, body }: ScimStep): string {
  const asked = method === "GET" ? "" : ` -X ${method}`;
  const given =
    body === undefined ? "" : ` -H 'content-type: application/scim+json' -d '${JSON.stringify(body)}'`;
  return `$ curl -s${asked} '${url}${path}'${given}`;
}
