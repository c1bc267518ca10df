import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { create } from "@bufbuild/protobuf";
import { GovernanceError } from "../../../pkg/core/errors.ts";
import { createSealer, type Sealer } from "../../../pkg/encryption/sealer.ts";
import { type EncryptionConfig, EncryptionConfigSchema } from "../../../pkg/protocol/messages.ts";

const FLAG = "--encrypt-to";

/** What stands where a path should, and may be a secret key: no message repeats it. */
const KEY_ITSELF = /^\s*(\{|age-secret-key-)/i;

/** A sealer for the one key in the file, tried out before anything is changed (D16). */
export async function sealerFromFile(path: string, cwd: string): Promise<Sealer> {
  if (KEY_ITSELF.test(path)) {
    throw new GovernanceError(
      "invalid-argument",
      `${FLAG}: is a key; give the path of the file that holds it`,
    );
  }
  const config = configOf(keyText(resolve(cwd, path), path), path);
  try {
    return await createSealer([config]);
  } catch (error) {
    const failure = GovernanceError.from(error);
    if (failure.code !== "invalid-argument") throw failure;
    throw refused(path, failure.message.replace(/^encryption_configs\S+ /, "its key "));
  }
}

function keyText(file: string, path: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown reason";
    throw refused(path, `cannot be read (${code})`);
  }
}

/** A JWK is JSON; recipients of age stand one a line, among comments. */
function configOf(text: string, path: string): EncryptionConfig {
  if (text.trimStart().startsWith("{")) {
    const value = { pubKey: Buffer.from(text) };
    return create(EncryptionConfigSchema, { config: { case: "jwkPublicKeyConfig", value } });
  }
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
  const [recipient] = lines;
  if (recipient === undefined) {
    throw refused(path, "holds no key; it must hold one public JWK or one age1… recipient");
  }
  if (/^AGE-SECRET-KEY-/i.test(recipient)) {
    throw refused(path, 'holds a secret key; give its recipient, which "age-keygen -y" prints');
  }
  if (lines.length > 1) throw refused(path, `holds ${lines.length} lines of keys; keep one`);
  return create(EncryptionConfigSchema, { config: { case: "ageRecipientConfig", value: { recipient } } });
}

function refused(path: string, why: string): GovernanceError {
  return new GovernanceError("invalid-argument", `${FLAG}: ${JSON.stringify(path)} ${why}`);
}
