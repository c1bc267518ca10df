import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { TEST_CERTIFICATE, TEST_KEY } from "../../../test/support/test-certificate.ts";
import { certificateExpiryMs } from "./certificate-expiry.ts";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "expiry-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function file(content: string): string {
  const path = join(folder, "tls.pem");
  writeFileSync(path, content);
  return path;
}

test("reads when the certificate expires, also beside a key and among several", () => {
  const path = file(`${TEST_KEY}${TEST_CERTIFICATE}${TEST_CERTIFICATE}`);
  expect(certificateExpiryMs(path)).toBe(Date.UTC(2120, 0, 1));
});

test("throws for a file without a certificate, or a missing one", () => {
  expect(() => certificateExpiryMs(file(TEST_KEY))).toThrow("the file contains no certificate");
  expect(() => certificateExpiryMs(join(folder, "missing"))).toThrow("ENOENT");
});
