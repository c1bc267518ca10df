// A caller that sends SCIM requests which are to be refused, beside another one that reads.
import { expect } from "vitest";
import { people } from "../cognito/definitions.ts";
import { createPool, type Pool } from "../cognito/pool.ts";
import { atStart } from "../cognito/pool-reader.ts";
import { type ScimReply, type ScimRequest, type ScimService, startScimService } from "./scim-service.ts";

export const SCIM_ERROR = "urn:ietf:params:scim:api:messages:2.0:Error";

export interface HostileScim {
  readonly service: ScimService;
  /** What the pool holds, and the people's groups. */
  poolText(): string;
  /** The statuses of another caller's reads while the attack goes on; at least one. */
  statusesDuring(attack: Promise<unknown>): Promise<ReadonlySet<number>>;
  /** Sends the request while another caller reads; it must be refused as SCIM says, and nothing may have changed. */
  refused(path: string, request: ScimRequest): Promise<ScimReply>;
  /** The id of a user of the pool. */
  readonly first: string;
}

/** The service over twenty people, in the heap that the chart gives it. */
export async function startHostileScim(): Promise<HostileScim> {
  const pool: Pool = createPool({ id: "us-east-1_Ab129faBb", users: people(20), groups: ["staff"] });
  const service = await startScimService({
    pool,
    args: ["--scim-rate=100000"],
    env: { NODE_OPTIONS: "--max-old-space-size=256" },
  });
  const first = pool.allUsers()[0]?.sub ?? "";

  const poolText = (): string =>
    JSON.stringify(
      pool.allUsers().map((user) => {
        const { attributes, username, enabled, status, passwords } = user;
        const { items } = pool.groupsOf(username, atStart, 10);
        return { username, enabled, status, passwords, attributes: [...attributes], items };
      }),
    );

  async function statusesDuring(attack: Promise<unknown>): Promise<ReadonlySet<number>> {
    const progress = { over: false };
    const ended = attack.finally(() => {
      progress.over = true;
    });
    const statuses = new Set<number>();
    do statuses.add((await service.ask(`/Users/${first}`, { as: "other" })).status);
    while (!progress.over);
    await ended;
    return statuses;
  }

  async function refused(path: string, request: ScimRequest): Promise<ScimReply> {
    const before = poolText();
    const sent = service.ask(path, request);
    expect(await statusesDuring(sent)).toEqual(new Set([200]));
    const reply = await sent;
    expect(reply.status).toBeGreaterThanOrEqual(400);
    expect(reply.status).toBeLessThan(500);
    expect(reply.headers.get("content-type")).toMatch(/^application\/scim\+json/);
    expect(reply.body).toMatchObject({ schemas: [SCIM_ERROR], status: String(reply.status) });
    expect(reply.text).not.toMatch(/\bat .*\.(?:ts|js):\d|node_modules/);
    expect(reply.text.length).toBeLessThan(2000);
    expect(poolText()).toBe(before);
    return reply;
  }

  return { service, first, poolText, statusesDuring, refused };
}

export const post = (json: unknown): ScimRequest => ({ method: "POST", json });
