import type { Group } from "../../core/group.ts";
import type { User } from "../../core/user.ts";
import type { UserTexts } from "../mapping/user-text.ts";
import { requireRoomForMembers } from "../members-bound.ts";
import type { KeptResource } from "../records.ts";
import type { GroupRef, MemberRef, ResourceKind, ScimResource } from "../resource.ts";
import type { ListMapping } from "./list-mapping.ts";
import type { ListRecords } from "./list-records.ts";
import type { ListState } from "./list-state.ts";

/** A resource of a list before it is mapped. */
export type Item =
  | { readonly kind: "User"; readonly user: User }
  | { readonly kind: "Group"; readonly group: Group };

/** Which costly parts of resources are read. */
export interface ReadParts {
  readonly groups: boolean;
  readonly members: boolean;
}

/** ListedItems of a list, next to each other by key or not. */
export interface ListedItems {
  readonly items: readonly Item[];
  /** No resource of their kind is between two of them: what is kept of them is read at once. */
  readonly areDense: boolean;
}

/** Members are read in parts of this size. */
const MEMBERS_AT_ONCE = 5_000;
/** Groups whose displayName is known at a time. */
const GROUPS_KNOWN = 20_000;

/** Makes the resources of lists. */
export class Resources {
  readonly #records: ListRecords;
  readonly #mapping: ListMapping;
  readonly #groups = new Map<string, GroupRef>();
  readonly #groupTexts = new Map<string, string>();
  #groupsOfVersion = -1;

  constructor(records: ListRecords, mapping: ListMapping) {
    this.#records = records;
    this.#mapping = mapping;
  }

  /** In the order of the items. */
  of(state: ListState, listed: ListedItems, parts: ReadParts): readonly ScimResource[] {
    const { kept, groupsOf } = this.#partsOf(state, listed, parts);
    return listed.items.map((item) => {
      if (item.kind === "User") {
        const { user } = item;
        return this.#mapping.user(user, kept.User(user.sub), groupsOf?.(user.sub).map(this.#groupRef));
      }
      const { name } = item.group;
      const members = parts.members ? membersOf(state, name) : undefined;
      return this.#mapping.group(item.group, kept.Group(name), members);
    });
  }

  /** The JSON texts of users. Few of them have something kept, and need their resource. */
  userTexts(
    state: ListState,
    listed: ListedItems,
    parts: ReadParts,
    { texts, project }: { readonly texts: UserTexts; readonly project: (one: ScimResource) => ScimResource },
  ): readonly string[] {
    const { kept, groupsOf } = this.#partsOf(state, listed, parts);
    const groupText = (name: string): string => {
      const known = this.#groupTexts.get(name) ?? texts.group(this.#groupRef(name));
      this.#groupTexts.set(name, known);
      return known;
    };
    return listed.items.flatMap((item) => {
      if (item.kind !== "User") return [];
      const { user } = item;
      const names = groupsOf?.(user.sub);
      const own = kept.User(user.sub);
      if (own === undefined) return [texts.user(user, names?.map(groupText))];
      return [JSON.stringify(project(this.#mapping.user(user, own, names?.map(this.#groupRef))))];
    });
  }

  #partsOf(state: ListState, { items, areDense }: ListedItems, parts: ReadParts) {
    const subs = items.flatMap((item) => (item.kind === "User" ? [item.user.sub] : []));
    const names = items.flatMap((item) => (item.kind === "Group" ? [item.group.name] : []));
    const kept = {
      User: this.#keptOf("User", areDense ? boundsOf(subs) : undefined),
      Group: this.#keptOf("Group", areDense ? boundsOf(names) : undefined),
    };
    const groupsOf = parts.groups ? this.#groupsOf(state, areDense ? boundsOf(subs) : undefined) : undefined;
    return { kept, groupsOf };
  }

  #groupsOf(state: ListState, bounds: Bounds | undefined): (sub: string) => readonly string[] {
    this.#forgetOldNames();
    if (bounds === undefined) return (sub) => state.groupsOf(sub);
    return state.groupsBetween(bounds.first, bounds.last);
  }

  readonly #groupRef = (name: string): GroupRef => {
    const known = this.#groups.get(name);
    if (known !== undefined) return known;
    const displayName = this.#records.kept("Group", name)?.displayName ?? name;
    const group = { name, displayName };
    this.#groups.set(name, group);
    return group;
  };

  #forgetOldNames(): void {
    const version = this.#records.version();
    if (version !== this.#groupsOfVersion || this.#groups.size > GROUPS_KNOWN) {
      this.#groups.clear();
      this.#groupTexts.clear();
    }
    this.#groupsOfVersion = version;
  }

  #keptOf(kind: ResourceKind, bounds: Bounds | undefined): (key: string) => KeptResource | undefined {
    if (bounds === undefined) return (key) => this.#records.kept(kind, key);
    const between = this.#records.keptBetween(kind, bounds.first, bounds.last);
    return (key) => between.get(key);
  }
}

interface Bounds {
  readonly first: string;
  readonly last: string;
}

function boundsOf(keys: readonly string[]): Bounds | undefined {
  const first = keys[0];
  const last = keys.at(-1);
  return first === undefined || last === undefined ? undefined : { first, last };
}

function membersOf(state: ListState, group: string): readonly MemberRef[] {
  const members: MemberRef[] = [];
  let after: string | undefined = "";
  while (after !== undefined) {
    const batch = state.members(group, { after, skip: 0, limit: MEMBERS_AT_ONCE });
    for (const member of batch.rows) members.push(member);
    requireRoomForMembers(members.length);
    after = batch.next;
  }
  return members;
}
