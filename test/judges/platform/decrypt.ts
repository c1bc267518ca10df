import { execFile } from "node:child_process";
import type { JsonWebKey } from "node:crypto";
import type { JsonObject } from "../official-client.ts";
import { CONFORMANCE } from "./go-platform.ts";

/** What the official SDK opens with the key. */
export function decrypt(
  privateKey: JsonWebKey,
  encryptedData: JsonObject,
): Promise<{ readonly text: string }> {
  return new Promise((done, failed) => {
    const judge = execFile(CONFORMANCE, ["decrypt"], (error, stdout, stderr) => {
      const text = /"text":"([^"]*)"/.exec(stdout)?.[1];
      if (error !== null || text === undefined) failed(new Error(`not opened: ${stderr}`, { cause: error }));
      else done({ text: Buffer.from(text, "base64").toString() });
    });
    judge.stdin?.end(JSON.stringify({ privateKey, encryptedData }));
  });
}
