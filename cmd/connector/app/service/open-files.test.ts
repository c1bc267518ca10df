import { describe, expect, test } from "vitest";
import { connectionShares, openFilesLimit } from "./open-files.ts";

describe("the connections of each port", () => {
  test.for([
    [1224, 20_000, { grpc: 842, http: 76, scim: 0 }],
    [1024, 2000, { grpc: 704, http: 64, scim: 0 }],
    [256, 2000, { grpc: 176, http: 16, scim: 0 }],
    [20_000, 2000, { grpc: 2000, http: 256, scim: 0 }],
    [20_000, 50_000, { grpc: 18_720, http: 256, scim: 0 }],
    [Number.MAX_SAFE_INTEGER, 2000, { grpc: 2000, http: 256, scim: 0 }],
    [16, 2000, { grpc: 1, http: 8, scim: 0 }],
  ] as const)("with %i open files and --max-connections %i are %o", ([files, most, expected]) => {
    expect(connectionShares(files, most)).toEqual(expected);
  });

  test.for([
    [1024, 2000, { grpc: 576, http: 64, scim: 128 }],
    [20_000, 50_000, { grpc: 17_720, http: 256, scim: 1000 }],
    [16, 2000, { grpc: 1, http: 8, scim: 8 }],
  ] as const)("with %i open files, --max-connections %i and SCIM are %o", ([files, most, expected]) => {
    expect(connectionShares(files, most, true)).toEqual(expected);
  });
});

describe("the limit on open files", () => {
  const limits = (soft: string): string =>
    `Limit                     Soft Limit           Hard Limit           Units     \nMax open files            ${soft}                 4096                 files     \n`;

  test.for([
    ["1224", 1224],
    ["unlimited", Number.MAX_SAFE_INTEGER],
    ["odd", 1024],
  ] as const)("is what the system says: %s", ([soft, expected]) => {
    expect(openFilesLimit(() => limits(soft))).toBe(expected);
  });

  test("is 1024 where the system does not say it", () => {
    expect(openFilesLimit(() => "")).toBe(1024);
    const missing = (): string => {
      throw new Error("ENOENT");
    };
    expect(openFilesLimit(missing)).toBe(1024);
  });
});
