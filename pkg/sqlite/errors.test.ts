import { describe, expect, test } from "vitest";
import { GovernanceError } from "../core/errors.ts";
import { onDisk, storeError } from "./errors.ts";

function errno(code: string): Error {
  return Object.assign(new Error(`${code}: something about /home/jane`), { code });
}

function sqlite(errcode: number): Error {
  return Object.assign(new Error("database says no"), { code: "ERR_SQLITE_ERROR", errcode });
}

describe("what the disk throws", () => {
  test.for([
    ["ENOSPC", errno("ENOSPC"), "resource-exhausted", "the disk is full"],
    ["EDQUOT", errno("EDQUOT"), "resource-exhausted", "the disk is full"],
    ["SQLITE_FULL", sqlite(13), "resource-exhausted", "the disk is full"],
    ["SQLITE_IOERR_SHMSIZE", sqlite(4874), "resource-exhausted", "the disk is full"],
    ["EFBIG", errno("EFBIG"), "resource-exhausted", "larger than"],
    ["EMFILE", errno("EMFILE"), "resource-exhausted", "too many files"],
    ["EROFS", errno("EROFS"), "failed-precondition", "this user may not write it"],
    ["SQLITE_READONLY_DBMOVED", sqlite(1032), "failed-precondition", "this user may not write it"],
    ["EIO", errno("EIO"), "internal", "input/output error"],
    ["SQLITE_IOERR_WRITE", sqlite(778), "internal", "ulimit -f"],
    ["SQLITE_CANTOPEN", sqlite(14), "internal", "was removed"],
    ["SQLITE_CORRUPT_VTAB", sqlite(267), "data-loss", "damaged"],
    ["SQLITE_NOTADB", sqlite(26), "data-loss", "overwritten"],
    ["a number nobody knows", sqlite(99), "internal", "internal error"],
    ["a bug of ours", new TypeError("x is undefined"), "internal", "internal error"],
  ] as const)("%s", ([, thrown, code, why]) => {
    const error = storeError(thrown, "store a page in f.work");
    expect(error.code).toBe(code);
    expect(error.message).toContain(why);
    expect(error.message).not.toMatch(/\n|jane/);
    expect(error.cause).toBe(thrown);
    const known = /^cannot store a page in f\.work: .+; .*sync again/;
    expect(error.message).toMatch(why === "internal error" ? /^internal error: see the log/ : known);
  });

  test("the cure names the setting that says where the file is", () => {
    expect(storeError(errno("ENOSPC"), "write f.tmp", "--file").message).toMatch(
      /name a --file where there is more/,
    );
    expect(storeError(errno("ENOSPC"), "write f.work").message).toMatch(/name a --state-dir where/);
  });

  test("an error that is ours already passes, an abort is a cancellation", () => {
    const ours = new GovernanceError("not-found", "x");
    expect(storeError(ours, "do")).toBe(ours);
    expect(storeError(AbortSignal.abort().reason, "do").code).toBe("canceled");
    expect(() =>
      onDisk("do it", () => {
        throw errno("ENOSPC");
      }),
    ).toThrow("cannot do it: the disk is full");
  });
});
