import { auditLog, batch, batchRecord, journal, settings, syncFile } from "./files.ts";
import { comparedFile, inventoryFile } from "./readings.ts";
import type { MakeSubject } from "./subject.ts";
import { keySet, patterns, publicKeys, texts, tokenFile } from "./texts.ts";

export const SUBJECTS = {
  "a settings file": settings,
  "a file of changes": batch,
  "the record of a file of changes": batchRecord,
  "the audit log": auditLog,
  "a sync file": syncFile,
  "two runs that are compared": comparedFile,
  "an inventory": inventoryFile,
  "a journal": journal,
  "a token file": tokenFile,
  "a JWKS document and a JWT": keySet,
  "public keys of callers": publicKeys,
  "texts of callers and operators": texts,
  "group patterns": patterns,
} as const satisfies Readonly<Record<string, MakeSubject>>;
