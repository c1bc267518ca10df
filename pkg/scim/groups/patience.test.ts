import { describe, expect, test } from "vitest";
import { uuidAt } from "../../../test/cognito/hash.ts";
import { oktaGroup } from "../../../test/support/scim-clients.ts";
import { idOf, type ScimStage, scimStage } from "../../../test/support/scim-stage.ts";
import { memberIdsOf } from "../protocol/members.ts";

// Clients give up after five to sixty seconds, in which Cognito answers so many requests and no more. A request that is sent
// again has to come further each time.

const users = Array.from({ length: 200 }, (_, at) => ({ username: `user${at}`, sub: uuidAt(55_555, at) }));
const subs = users.map(({ sub }) => sub);
const values = (ids: readonly string[]) => ids.map((value) => ({ value }));

/** Sends the request until it is answered; the client gives up after so many requests to AWS. Resolves with how often. */
async function untilAnswered(
  { stage }: ScimStage,
  patience: number,
  request: (signal: AbortSignal) => Promise<unknown>,
): Promise<number> {
  for (let attempts = 1; attempts <= 30; attempts += 1) {
    const client = new AbortController();
    let calls = 0;
    const rule = stage.cognito.script({
      run() {
        calls += 1;
        if (calls === patience) client.abort(new DOMException("the client is gone", "AbortError"));
      },
    });
    const isAnswered = await request(client.signal).then(
      () => true,
      () => false,
    );
    rule.remove();
    if (isAnswered && !client.signal.aborted) return attempts;
    await stage.provisioner.idle();
  }
  throw new Error("the request never came to its end");
}

describe("a client that gives up after 150 requests to AWS", () => {
  test("creates a group of 200 members in a few attempts", async () => {
    const stage = scimStage({ users });
    const body = oktaGroup("Big", subs);
    expect(await untilAnswered(stage, 150, (signal) => stage.create("Group", body, { signal }))).toBeLessThan(
      12,
    );
    const [group = {}] = await stage.find("Group", 'displayName eq "Big"');
    expect(new Set(memberIdsOf(group["members"]))).toEqual(new Set(subs));
  });

  test.for(["add", "replace"])("makes an %s of 200 members in a few attempts", async (op) => {
    const stage = scimStage({ users });
    const id = idOf(await stage.create("Group", oktaGroup("Big", subs.slice(0, 3))));
    const operations = [{ op, path: "members", value: values(subs) }];
    const quiet = { projection: { excludedAttributes: ["members"] } };
    const patch = (signal: AbortSignal) => stage.patch("Group", id, operations, { ...quiet, signal });
    expect(await untilAnswered(stage, 150, patch)).toBeLessThan(12);
    expect(new Set(memberIdsOf((await stage.get("Group", id))["members"]))).toEqual(new Set(subs));
  });

  test("removes 200 members in a few attempts", async () => {
    const stage = scimStage({ users });
    const id = idOf(await stage.create("Group", oktaGroup("Big", subs)));
    const operations = subs.map((value) => ({ op: "remove", path: `members[value eq "${value}"]` }));
    const quiet = { projection: { excludedAttributes: ["members"] } };
    const patch = (signal: AbortSignal) => stage.patch("Group", id, operations, { ...quiet, signal });
    expect(await untilAnswered(stage, 150, patch)).toBeLessThan(12);
    expect(memberIdsOf((await stage.get("Group", id))["members"])).toEqual([]);
  });
});
