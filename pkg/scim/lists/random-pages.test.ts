import { expect, test } from "vitest";
import { randomOf } from "../../../test/support/changing-pool.ts";
import { someGroup, someUser } from "../../../test/support/fake-directory.ts";
import {
  compare,
  idsIn,
  type ListStage,
  listStage,
  textsIn,
  valuesIn,
} from "../../../test/support/list-stage.ts";
import type { User } from "../../core/user.ts";
import type { ListAnswer } from "../pool-view.ts";
import type { Filter } from "../protocol/filter-tree.ts";
import type { OwnWrite } from "../records.ts";
import type { ResourceKind } from "../resource.ts";

/** The pool, or what lists show of it. */
interface Model {
  readonly users: Map<string, User>;
  readonly hidden: Set<string>;
  /** Members by the name of the group. */
  readonly groups: Map<string, Set<string>>;
}

interface Selection {
  readonly filter: Filter | undefined;
  readonly selects: (user: User) => boolean;
}

interface Sequence {
  readonly kind: ResourceKind;
  readonly by: "index" | "cursor";
  readonly caller: string;
  readonly filter: Filter | undefined;
  readonly expected: readonly string[];
  readonly seen: string[];
  next: string | number | undefined;
}

const copyOf = ({ users, hidden, groups }: Model): Model => ({
  users: new Map(users),
  hidden: new Set(hidden),
  groups: new Map([...groups].map(([name, members]) => [name, new Set(members)])),
});

/** Each resource as one line. */
function linesOf(
  { users, hidden, groups }: Model,
  kind: ResourceKind,
  selects: (user: User) => boolean = () => true,
): readonly string[] {
  const shown = [...users.values()].filter((user) => !hidden.has(user.sub) && selects(user));
  if (kind === "User") return shown.map(({ sub, username }) => `${sub} ${username}`).toSorted();
  const subs = new Set(shown.map(({ sub }) => sub));
  return [...groups]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([name, members]) =>
        `${name}: ${[...members]
          .filter((sub) => subs.has(sub))
          .toSorted()
          .join(" ")}`,
    );
}

function linesIn(answer: ListAnswer, kind: ResourceKind): readonly string[] {
  const ids = idsIn(answer);
  const names = textsIn(answer, "userName");
  const members = valuesIn(answer, "members");
  return ids.map((id, at) => (kind === "User" ? `${id} ${names[at]}` : `${id}: ${members[at]?.join(" ")}`));
}

const EVERYBODY: Selection = { filter: undefined, selects: () => true };

const FILTERS: readonly Selection[] = [
  EVERYBODY,
  EVERYBODY,
  { filter: compare("userName", "co", "1"), selects: ({ username }) => username.includes("1") },
  { filter: compare("active", "eq", false), selects: ({ enabled }) => !enabled },
];

class RandomPages {
  /** Every page that differs from the model. */
  readonly wrong: object[] = [];
  /** Listings that were read to their end. */
  whole = 0;
  readonly #stage: ListStage;
  readonly #random: ReturnType<typeof randomOf>;
  #pool: Model = { users: new Map(), hidden: new Set(), groups: new Map() };
  #shown: Model = this.#pool;
  readonly #sequences: Sequence[] = [];
  #names = 0;

  constructor(stage: ListStage, seed: number) {
    this.#stage = stage;
    this.#random = randomOf(seed);
  }

  async begin(people: number): Promise<void> {
    for (let n = 0; n < people; n += 1) this.#add(this.#newUser(), this.#pool);
    for (const name of ["a", "b", "ü", "😀"]) this.#pool.groups.set(name, new Set());
    for (const members of this.#pool.groups.values()) for (const sub of this.#someSubs()) members.add(sub);
    await this.publish();
  }

  async step(): Promise<void> {
    const roll = this.#below(100);
    if (roll < 40) await this.#ownWrite();
    else if (roll < 48) this.#outsideChange();
    else if (roll < 52) await this.#hide();
    else if (roll < 55) await this.publish();
    else if (roll < 57) await this.#restart();
    else if (roll < 67 && this.#sequences.length < 6) await this.#beginPages();
    else await this.#goOn();
  }

  async finish(): Promise<void> {
    while (this.#sequences.length > 0) await this.#goOn();
  }

  async publish(): Promise<void> {
    const { clock } = this.#stage;
    clock.nowMs += 120_000;
    const { users, groups } = this.#pool;
    const members = [...groups].map(([name, subs]): [string, User[]] => [
      name,
      [...subs].flatMap((sub) => users.get(sub) ?? []),
    ]);
    const run = await this.#stage.publish({
      users: [...users.values()],
      groups: [...groups.keys()].map((name) => someGroup(name)),
      members: new Map(members),
    });
    this.#shown = copyOf(this.#pool);
    // The new run is shown once its places are known.
    for (;;) {
      const { readAt } = await this.#stage.list({ caller: "watcher", count: 0 });
      if (readAt?.getTime() === run.startedAt.getTime()) return;
    }
  }

  /** Pages by index are of the newest state then; those by cursor name theirs. */
  async #restart(): Promise<void> {
    await this.#stage.restart();
    const byCursor = this.#sequences.filter(({ by }) => by === "cursor");
    this.#sequences.splice(0, this.#sequences.length, ...byCursor);
  }

  async #ownWrite(): Promise<void> {
    const writes: OwnWrite[] = [];
    const count = 1 + this.#below(4);
    for (let n = 0; n < count; n += 1) {
      const write = this.#someWrite();
      if (write === undefined) continue;
      writes.push(write);
      for (const model of new Set([this.#pool, this.#shown])) this.#apply(write, model);
    }
    this.#stage.clock.nowMs += 1;
    await (await this.#stage.writer()).wrote(writes);
  }

  #someWrite(): OwnWrite | undefined {
    const user = this.#someUser();
    const groups = [...this.#shown.groups.keys()].filter((name) => this.#pool.groups.has(name));
    const group = this.#someOf(groups);
    switch (this.#below(8)) {
      case 0:
      case 1:
        return { kind: "user", user: this.#newUser() };
      case 2:
        return user && { kind: "user-deleted", sub: user.sub };
      case 3:
        return user && { kind: "user", user: { ...user, username: `renamed${(this.#names += 1)}` } };
      case 4:
        return user === undefined || group === undefined
          ? undefined
          : { kind: "member-added", group, sub: user.sub };
      case 5:
        return user === undefined || group === undefined
          ? undefined
          : { kind: "member-removed", group, sub: user.sub };
      case 6:
        return { kind: "group", group: someGroup(group ?? `g${(this.#names += 1)}`) };
      default:
        return group !== undefined && this.#below(3) === 0
          ? { kind: "group-deleted", name: group }
          : { kind: "group", group: someGroup(`g${(this.#names += 1)}`) };
    }
  }

  #apply(write: OwnWrite, { users, groups }: Model): void {
    switch (write.kind) {
      case "user":
        users.set(write.user.sub, write.user);
        break;
      case "user-deleted":
        users.delete(write.sub);
        for (const members of groups.values()) members.delete(write.sub);
        break;
      case "group":
        if (!groups.has(write.group.name)) groups.set(write.group.name, new Set());
        break;
      case "group-deleted":
        groups.delete(write.name);
        break;
      case "member-added":
        groups.get(write.group)?.add(write.sub);
        break;
      case "member-removed":
        groups.get(write.group)?.delete(write.sub);
        break;
    }
  }

  /** Seen by the next run only. */
  #outsideChange(): void {
    const write = this.#someWrite();
    if (write !== undefined && write.kind !== "group-deleted") this.#apply(write, this.#pool);
  }

  async #hide(): Promise<void> {
    const user = this.#someOf([...this.#shown.users.values()].filter(({ sub }) => this.#pool.users.has(sub)));
    if (user === undefined) return;
    const hidden = !this.#pool.hidden.has(user.sub);
    for (const model of new Set([this.#pool, this.#shown])) {
      if (hidden) model.hidden.add(user.sub);
      else model.hidden.delete(user.sub);
    }
    const values = { externalId: undefined, displayName: undefined, values: {} };
    await (await this.#stage.writer()).keep({ kind: "User", id: user.sub, hidden, ...values });
  }

  async #beginPages(): Promise<void> {
    const kind = this.#below(3) === 0 ? "Group" : "User";
    const by = this.#below(2) === 0 ? "index" : "cursor";
    const { filter, selects } = (kind === "User" ? this.#someOf(FILTERS) : undefined) ?? EVERYBODY;
    const sequence: Sequence = {
      kind,
      by,
      filter,
      caller: `caller ${(this.#names += 1)}`,
      expected: linesOf(this.#shown, kind, selects),
      seen: [],
      next: by === "index" ? 1 : "",
    };
    this.#sequences.push(sequence);
    await this.#page(sequence);
  }

  async #goOn(): Promise<void> {
    const sequence = this.#someOf(this.#sequences);
    if (sequence !== undefined) await this.#page(sequence);
  }

  async #page(sequence: Sequence): Promise<void> {
    const { kind, by, caller, filter, expected, seen, next } = sequence;
    const start =
      by === "index"
        ? ({ by: "index", startIndex: Number(next) } as const)
        : ({ by: "cursor", cursor: String(next) } as const);
    const count = 1 + this.#below(kind === "User" ? 60 : 3);
    const projection = kind === "User" ? { excludedAttributes: ["groups"] } : {};
    const answer = await this.#stage.list({ kinds: [kind], filter, start, count, caller, projection });
    const lines = linesIn(answer, kind);
    const wanted = expected.slice(seen.length, seen.length + count);
    const isRight =
      answer.totalResults === expected.length &&
      answer.itemsPerPage === lines.length &&
      lines.join("\n") === wanted.join("\n");
    if (!isRight) this.wrong.push({ kind, by, next, count, total: answer.totalResults, lines, wanted });
    seen.push(...lines);
    sequence.next = by === "index" ? seen.length + 1 : answer.nextCursor;
    const isEnd = by === "index" ? seen.length >= answer.totalResults : answer.nextCursor === undefined;
    if (!isEnd && lines.length > 0) return;
    if (seen.length !== expected.length)
      this.wrong.push({ kind, by, seen: seen.length, wanted: expected.length });
    this.#sequences.splice(this.#sequences.indexOf(sequence), 1);
    this.whole += 1;
  }

  #newUser(): User {
    const hex = () => this.#below(65_536).toString(16).padStart(4, "0");
    const sub = `${hex()}${hex()}-${hex()}-4000-8000-${hex()}${hex()}${hex()}`;
    return someUser({ sub, username: `user${(this.#names += 1)}`, enabled: this.#below(3) > 0 });
  }

  #add(user: User, { users }: Model): void {
    users.set(user.sub, user);
  }

  #someUser(): User | undefined {
    const shown = [...this.#shown.users.values()];
    return this.#someOf(shown.filter(({ sub }) => this.#pool.users.has(sub)));
  }

  #someSubs(): readonly string[] {
    return [...this.#pool.users.keys()].filter(() => this.#below(4) === 0);
  }

  #someOf<T>(all: readonly T[]): T | undefined {
    return all[this.#below(Math.max(1, all.length))];
  }

  #below(bound: number): number {
    return Math.floor(this.#random() * bound);
  }
}

const SEED = Math.floor(Math.random() * 2 ** 31);

test.for([0, 1, 2])(
  `everybody who was there is on the pages once, and nobody else, whatever changes meanwhile (seed ${SEED} + %i)`,
  async (plus) => {
    const stage = listStage();
    try {
      const pages = new RandomPages(stage, SEED + plus);
      await pages.begin(250);
      for (let n = 0; n < 150 || pages.whole < 4; n += 1) await pages.step();
      await pages.finish();
      expect(pages.wrong).toEqual([]);
    } finally {
      await stage.remove();
    }
  },
);
