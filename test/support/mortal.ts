import type { Directory } from "../../pkg/core/directory.ts";
import type { DirectoryWriter } from "../../pkg/core/directory-writer.ts";
import type { Journal } from "../../pkg/core/journal.ts";
import type { ScimRecords } from "../../pkg/scim/records.ts";

/** Thrown by every call of a dead process. */
export class Dead extends Error {
  override readonly name = "Dead";
}

/** A process that dies at a chosen moment: nothing that comes later reaches the pool, the journal or the audit log. */
export interface Mortal {
  readonly wrap: {
    readonly directory: (inner: Directory & DirectoryWriter) => Directory & DirectoryWriter;
    readonly journal: (inner: Journal) => Journal;
    readonly scimRecords: (inner: ScimRecords) => ScimRecords;
    /** The port, or the file below it. */
    readonly audit: <T extends object>(inner: T) => T;
  };
  /** The moments that the process survived, by name, in order. */
  readonly moments: readonly string[];
}

const READS: ReadonlySet<string> = new Set([
  "describePool",
  "listUsers",
  "listGroups",
  "listMembers",
  "findUsers",
  "getUser",
  "getGroup",
  "listGroupsOfUser",
  "probePermissions",
  "close",
]);

/** The methods of the journal that write; the others only read. */
const JOURNALLED: ReadonlySet<string> = new Set([
  "begin",
  "note",
  "stepBegun",
  "stepEnded",
  "spend",
  "giveBack",
  "close",
]);

/** The same of the table of SCIM. */
const RECORDED: ReadonlySet<string> = new Set(["keep", "forget", "wrote", "begin", "done"]);

/**
 * Dies at moment number `at`, counted from 1; never for 0. Each call that changes something has two moments: before it,
 * and after it was done but before its result is returned.
 */
export function mortal(at: number): Mortal {
  const moments: string[] = [];
  let dead = false;

  function moment(name: string): void {
    if (dead) throw new Dead(`dead since moment ${at}`);
    moments.push(name);
    if (moments.length !== at) return;
    dead = true;
    throw new Dead(name);
  }

  function around<T extends object>(inner: T, what: string, counted: (name: string) => boolean): T {
    return new Proxy(inner, {
      get(target, property) {
        const member: unknown = Reflect.get(target, property, target);
        if (typeof member !== "function" || typeof property !== "string") return member;
        return (...args: readonly unknown[]): unknown => {
          const named = `${what}.${property}`;
          if (dead) throw new Dead(`dead since moment ${at}`);
          if (!counted(property)) return Reflect.apply(member, target, args);
          moment(`before ${named}`);
          const result: unknown = Reflect.apply(member, target, args);
          if (!(result instanceof Promise)) {
            moment(`after ${named}`);
            return result;
          }
          return result.then(
            (value: unknown) => {
              moment(`after ${named}`);
              return value;
            },
            (error: unknown) => {
              moment(`after failed ${named}`);
              throw error;
            },
          );
        };
      },
    });
  }

  return {
    wrap: {
      directory: (inner) => around(inner, "cognito", (name) => !READS.has(name)),
      journal: (inner) => around(inner, "journal", (name) => JOURNALLED.has(name)),
      scimRecords: (inner) => around(inner, "records", (name) => RECORDED.has(name)),
      audit: (inner) => around(inner, "audit", () => true),
    },
    moments,
  };
}
