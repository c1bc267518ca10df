import { createPool, type Pool, type PoolDefinition } from "../../cognito/pool.ts";
import { atStart } from "../../cognito/pool-reader.ts";
import { type ScriptedCognito, startScriptedCognito } from "../../cognito/server.ts";
import type { StoredUser } from "../../cognito/stored-user.ts";
import type { CallMore, JsonObject, Performed } from "../official-client.ts";
import { type Serving, type ServingOptions, startServing } from "../serving.ts";

export const POOL = "us-east-1_Ab129faBb";
export const NOBODY = "00000000-0000-4000-8000-ffffffffffff";

/** A scripted pool, the connector serving it, and the official client; the pool's own records are the evidence. */
export interface Scene {
  readonly pool: Pool;
  readonly cognito: ScriptedCognito;
  readonly serving: Serving;
  call(method: string, request: JsonObject, more?: CallMore): Promise<Performed>;
  /** A user that no other test changes. */
  someone(): StoredUser;
  groupsOf(user: StoredUser): readonly string[];
  /** The result of the work, and the writes that arrived while it ran. */
  writesOf<T>(work: () => Promise<T>): Promise<[T, readonly string[]]>;
  /** Throws if the connector did not end cleanly, or printed or stored a password of the pool. */
  close(): Promise<void>;
}

const WRITES = /^(Admin(?!Get|List)|CreateGroup|UpdateGroup|DeleteGroup)/;

export async function setScene(
  definition: Omit<PoolDefinition, "id">,
  options: Pick<ServingOptions, "provisioning" | "args" | "env"> = {},
): Promise<Scene> {
  const pool = createPool({ id: POOL, ...definition });
  const cognito = await startScriptedCognito({ pools: [pool] });
  const serving = await startServing({ url: cognito.url, poolId: POOL, ...options });
  const untouched = [...pool.allUsers()];
  return {
    pool,
    cognito,
    serving,
    call: (method, request, more) => serving.client.call(method, request, more),
    someone() {
      const user = untouched.pop();
      if (user === undefined) throw new Error("the pool has too few people");
      return user;
    },
    groupsOf: ({ username }) => pool.groupsOf(username, atStart, 100).items.map(({ name }) => name),
    async writesOf(work) {
      const before = cognito.stats.calls.length;
      const result = await work();
      const after = cognito.stats.calls.slice(before).map(({ operation }) => operation);
      return [result, after.filter((operation) => WRITES.test(operation))];
    },
    async close() {
      const kept = serving.kept();
      const { code, stdout, stderr } = await serving.stop();
      await cognito.close();
      const passwords = pool.allUsers().flatMap((user) => user.passwords);
      if (passwords.some((text) => `${kept}${stdout}${stderr}`.includes(text))) {
        throw new Error("the log, the journal or the audit log holds a password");
      }
      if (code !== 0) throw new Error(`the connector ended with ${String(code)}:\n${stderr}`);
    },
  };
}
