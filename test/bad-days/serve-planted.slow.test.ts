// Programs with a defect planted in them: the runner of bad days finds it, by the schedule that shows it.
import { afterEach, expect, test } from "vitest";
import { playServeDay } from "./serve-day.ts";
import { type Patch, type PatchedProgram, patchedProgram } from "./serve-patched.ts";
import type { Fault, Reader, ServeDay, Step } from "./serve-plan.ts";
import { QUIET_DAY } from "./serve-quiet-day.ts";

let program: PatchedProgram | undefined;

afterEach(() => {
  program?.remove();
  program = undefined;
});

const step = (kind: Step["kind"]): Step => ({
  kind,
  user: 2,
  group: 1,
  name: "one",
  password: false,
  again: 0,
  leavesAfter: undefined,
});
const asks = (kind: Step["kind"]) => ({
  actors: [{ name: "g0", front: "grpc", steps: [step(kind)] } as const],
});
const lists: { readonly readers: readonly Reader[] } = {
  readers: [{ name: "r0", front: "grpc", rounds: 1, pageSize: 3 }],
};
const fault = (kind: Fault["kind"], requests: number, on: Fault["on"]): Fault => ({
  kind,
  at: 1,
  requests,
  on,
  chance: 1,
});

interface Planted {
  readonly day: Partial<ServeDay>;
  readonly patch: Patch;
  readonly found: RegExp;
}

const PLANTED: Readonly<Record<string, Planted>> = {
  "a write that is repeated after a lost answer": {
    day: { ...asks("create-user"), faults: [fault("lost-answer", 1, "writes")] },
    patch: {
      file: "pkg/cognito/calls/retry.ts",
      from: "AdminCreateUser: false",
      to: "AdminCreateUser: true",
    },
    found: /AdminCreateUser of new-one was sent 2 times/,
  },
  "a grant that is reported as made and was not": {
    day: { ...asks("grant"), faults: [fault("expired-credentials", 2, "writes")] },
    patch: {
      file: "pkg/provision/groups/membership-steps.ts",
      from: 'await steps.make(\n    "AdminAddUserToGroup",',
      to: 'await steps.tryOptional("AdminAddUserToGroup", "", async () => ({ requestId: "" }));\n  if (Date.now() < 0) await steps.make(\n    "AdminAddUserToGroup",',
    },
    found: /^not made: .*grant/,
  },
  "an entry of the journal that is dropped at a restart": {
    day: { ...asks("grant"), faults: [fault("kill-after-answer", 1, "writes")] },
    patch: {
      file: "pkg/store/journal/journal.ts",
      from: "const orphans = this.#database.prepare(ORPHANS).all();",
      to: 'this.#database.exec("DELETE FROM changes");\n      const orphans = this.#database.prepare(ORPHANS).all();',
    },
    found: /made 1 times, with 0 lines in the audit log: .*grant/,
  },
  "a listing that ends at a failed page": {
    day: { ...lists, faults: [fault("server-errors", 12, "pages")] },
    patch: {
      file: "pkg/connector/paged-listing.ts",
      from: 'error.reason !== "marker-refused") throw error;',
      to: 'error.reason !== "marker-refused") return { page: { items: [], next: undefined }, cursor };',
    },
    found: /^the users by gRPC, .*: lost: user /,
  },
  "a listing that ends where the credentials have expired": {
    day: {
      ...lists,
      latencyMs: 1_000,
      keys: "container",
      keysLiveMs: 1_000,
      // Longer than the keys live, and than a call is tried: it ends with the readers.
      faults: [fault("keys-silent", 600, "all")],
    },
    patch: {
      file: "pkg/connector/paged-listing.ts",
      from: 'error.reason !== "marker-refused") throw error;',
      to: 'error.reason !== "marker-refused") {\n      if (!String(error).includes("credential service")) throw error;\n      return { page: { items: [], next: undefined }, cursor };\n    }',
    },
    found: /^the (user|group)s by gRPC, .*: lost: (user|group) /,
  },
};

test.for(Object.entries(PLANTED))("%s is found", async ([, { day, patch, found }]) => {
  program = patchedProgram(patch);
  const plan = { ...QUIET_DAY, ...day };
  const { differences } = await playServeDay(plan, { main: program.main });
  expect(differences.join("\n")).toMatch(new RegExp(found, "m"));
});

test.for(Object.entries(PLANTED))("and without the defect nothing differs: %s", async ([, { day }]) => {
  const { differences, met } = await playServeDay({ ...QUIET_DAY, ...day });
  expect(differences).toEqual([]);
  const expired = day.keys === undefined ? [] : ["keys-expired"];
  expect([...met.keys()]).toEqual([...(day.faults ?? []).map(({ kind }) => kind), ...expired]);
});
