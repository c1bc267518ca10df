// Clients over SCIM: they change, and they list.

import { isRecord } from "../../pkg/core/unknown.ts";
import { memberKey, userKey } from "./serve-keys.ts";
import { isDoubtful, tookMs } from "./serve-ledger.ts";
import type { Reader } from "./serve-plan.ts";
import { type Asked, type Front, HANG_MS, tokenOf, type World } from "./serve-world.ts";

const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const USER = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group";

const groupId = (name: string): string => Buffer.from(name).toString("base64url");

interface Reply {
  /** 0: no whole answer came. */
  readonly status: number;
  readonly body: unknown;
  readonly text: string;
}

function detailOf({ body, text }: Pick<Reply, "body" | "text">): string {
  const detail = isRecord(body) ? body["detail"] : undefined;
  return typeof detail === "string" ? detail : text;
}

async function send(world: World, name: string, request: Sent, signal?: AbortSignal): Promise<Reply> {
  const { method = "GET", path, json } = request;
  await world.service.up();
  const signals = [AbortSignal.timeout(HANG_MS), ...(signal === undefined ? [] : [signal])];
  try {
    const reply = await fetch(`${world.scim}${path}`, {
      method,
      signal: AbortSignal.any(signals),
      headers: {
        authorization: `Bearer ${tokenOf(name)}`,
        connection: "close",
        ...(json === undefined ? {} : { "content-type": "application/scim+json" }),
      },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    });
    const text = await reply.text();
    const body: unknown = text === "" ? undefined : JSON.parse(text);
    return { status: reply.status, body, text };
  } catch (error) {
    return { status: 0, body: undefined, text: error instanceof Error ? error.name : "" };
  }
}

interface Sent {
  readonly method?: string;
  readonly path: string;
  readonly json?: unknown;
}

const patched = (path: string, ...Operations: readonly object[]): Sent => ({
  method: "PATCH",
  path,
  json: { schemas: [PATCH], Operations },
});

function requestOf({ kind, sub, username, group, value, password }: Asked): Sent {
  switch (kind) {
    case "grant":
      return patched(`/Groups/${groupId(group)}`, { op: "add", path: "members", value: [{ value: sub }] });
    case "revoke":
      return patched(`/Groups/${groupId(group)}`, { op: "remove", path: `members[value eq "${sub}"]` });
    case "create-user": {
      const secret = password ? { password: "Corr3ct-horse!" } : {};
      return {
        method: "POST",
        path: "/Users",
        json: { schemas: [USER], userName: username, active: true, ...secret },
      };
    }
    case "delete-user":
      return { method: "DELETE", path: `/Users/${sub}` };
    case "enable":
    case "disable":
      return patched(`/Users/${sub}`, { op: "replace", value: { active: kind === "enable" } });
    case "set-nickname":
      return patched(`/Users/${sub}`, { op: "replace", path: "nickName", value });
    case "create-group":
      return { method: "POST", path: "/Groups", json: { schemas: [GROUP], displayName: group } };
    case "delete-group":
      return { method: "DELETE", path: `/Groups/${groupId(group)}` };
  }
}

export function scimFront(world: World, name: string): Front {
  return {
    requester: () => `token:${name}`,
    async ask(asked, signal) {
      const reply = await send(world, name, requestOf(asked), signal);
      const code = String(reply.status);
      if (reply.status === 0) return { said: "no answer", code, text: reply.text };
      if (reply.status < 300) return { said: "fine", code, text: "" };
      const detail = detailOf(reply);
      return { said: isDoubtful(detail) ? "unknown" : "refused", code, text: detail };
    },
    close() {},
  };
}

const ATTEMPTS = 6;

/**
 * Lists all people, page by page: they are those of the newest run and of its own writes, so of any moment of the day. Then the
 * members of each group, which are read at once.
 */
export async function readByScim(world: World, { name, pageSize }: Reader, dayFromMs: number): Promise<void> {
  const { ledger } = world;

  async function get(what: string, path: string): Promise<Readonly<Record<string, unknown>> | undefined> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const fromMs = Date.now();
      const { status, body, text } = await send(world, name, { path });
      tookMs(ledger, "SCIM read", Date.now() - fromMs);
      if (status === 200 && isRecord(body)) return body;
      if (status === 404) return undefined;
      if (status === 0) continue;
      // Its Retry-After is in whole seconds.
      if (status === 503) await new Promise((resolve) => setTimeout(resolve, 200));
      const detail = detailOf({ body, text });
      ledger.refusals.push({ what, code: String(status), text: detail });
    }
    return undefined;
  }

  async function people(): Promise<void> {
    const subs: string[] = [];
    for (let startIndex = 1; ; startIndex += pageSize) {
      const page = await get(
        "people by SCIM",
        `/Users?startIndex=${startIndex}&count=${pageSize}&attributes=userName`,
      );
      if (page === undefined) return;
      const resources: readonly unknown[] = Array.isArray(page["Resources"]) ? page["Resources"] : [];
      for (const one of resources) if (isRecord(one)) subs.push(String(one["id"]));
      if (startIndex + pageSize > Number(page["totalResults"])) break;
    }
    const keys = subs.map(userKey);
    // Pages by number may miss people while others are made and deleted, so only strangers are looked for.
    ledger.readings.push({
      what: "people by SCIM",
      fromMs: dayFromMs,
      askedMs: Date.now(),
      toMs: Date.now(),
      keys,
      cover: "nothing",
    });
  }

  await people();
  for (const group of world.groups) {
    const fromMs = Date.now();
    const what = `members of ${group} by SCIM`;
    const read = await get(what, `/Groups/${groupId(group)}`);
    if (read === undefined) continue;
    const members: readonly unknown[] = Array.isArray(read["members"]) ? read["members"] : [];
    const keys = members.flatMap((one) => (isRecord(one) ? [memberKey(String(one["value"]), group)] : []));
    ledger.readings.push({
      what,
      fromMs,
      askedMs: fromMs,
      toMs: Date.now(),
      keys,
      cover: { membersOf: group },
    });
  }
}
