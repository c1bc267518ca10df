import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { closeSync, existsSync, openSync, readFileSync, statSync, writeSync } from "node:fs";
import type { RecoveryHints } from "../../core/journal.ts";
import { createWhole, sweepDrafts } from "../../sqlite/create-whole.ts";
import { requireNoLink, requireOwnFile } from "../../sqlite/own-file.ts";
import { refusedJournal } from "./errors.ts";
import { parseHints } from "./stored-values.ts";

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const CIPHER = "aes-256-gcm";

/** Encrypts hints on disk, each bound to its change (JOURNAL-6). */
export interface HintsCipher {
  encrypt(change: string, hints: RecoveryHints): Uint8Array;
  /** `{}` when they were encrypted with another key, or changed since. */
  decrypt(change: string, encrypted: Uint8Array): RecoveryHints;
}

/** Reads the key, or creates it. What was encrypted with a lost key stays unreadable. */
export function openHintsCipher(keyPath: string): HintsCipher {
  requireNoLink(keyPath);
  if (!existsSync(keyPath)) createWhole(keyPath, writeKey);
  sweepDrafts(keyPath);
  requireOwnFile(keyPath);
  // The group is not looked at: Kubernetes gives a volume's group access to every file in it.
  if ((statSync(keyPath).mode & 0o007) !== 0) {
    throw refusedJournal(keyPath, "may be read or written by every user", `run chmod o-rwx ${keyPath}`);
  }
  const key = readFileSync(keyPath);
  if (key.length !== KEY_BYTES) {
    throw refusedJournal(
      keyPath,
      `is not a key: it has ${key.length} bytes, not ${KEY_BYTES}`,
      "restore it, or move it away: then a new key is created, and changes that were cut off cannot be recovered fully",
    );
  }
  return {
    encrypt(change, hints) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
      cipher.setAAD(Buffer.from(change));
      const text = Buffer.concat([cipher.update(JSON.stringify(hints), "utf8"), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), text]);
    },
    decrypt(change, encrypted) {
      try {
        const nonce = encrypted.subarray(0, NONCE_BYTES);
        const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
        decipher.setAAD(Buffer.from(change));
        decipher.setAuthTag(encrypted.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
        const text = decipher.update(encrypted.subarray(NONCE_BYTES + TAG_BYTES));
        return parseHints(Buffer.concat([text, decipher.final()]).toString("utf8"));
      } catch {
        return {};
      }
    },
  };
}

function writeKey(path: string): void {
  const handle = openSync(path, "wx", 0o600);
  try {
    writeSync(handle, randomBytes(KEY_BYTES));
  } finally {
    closeSync(handle);
  }
}
