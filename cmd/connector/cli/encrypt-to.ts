import { resolve } from "node:path";
import { create } from "@bufbuild/protobuf";
import { readAtMost } from "../../../pkg/config/sources/read-at-most.ts";
import { GovernanceError } from "../../../pkg/core/errors.ts";
import { errnoOf } from "../../../pkg/core/unknown.ts";
import { isPrivateKeyText, PRIVATE_KEY_REFUSED } from "../../../pkg/encryption/private-key.ts";
import { createSealer, type Sealer } from "../../../pkg/encryption/sealer.ts";
import { type EncryptionConfig, EncryptionConfigSchema } from "../../../pkg/protocol/messages.ts";

const FLAG = "--encrypt-to";
const MAX_BYTES = 1024 * 1024;

interface EncryptionKey {
  readonly config: EncryptionConfig;
  readonly sealer: Sealer;
}

/** A key in the place of the path. It may be a private key, so no message repeats it. */
function isKey(path: string): boolean {
  return path.trimStart().startsWith("{") || isPrivateKeyText(path);
}

/** A sealer for the key in the file. The key is tried before anything is changed (D16). */
export async function sealerFromFile(path: string, cwd: string): Promise<Sealer> {
  return (await keyFromFile(path, cwd)).sealer;
}

/** The key in the file, with a sealer for it. The key is tried. */
export async function keyFromFile(path: string, cwd: string): Promise<EncryptionKey> {
  if (isKey(path)) {
    throw new GovernanceError(
      "invalid-argument",
      `${FLAG}: this is a key; give the path of a file that contains it`,
    );
  }
  const config = configOf(keyText(resolve(cwd, path), path), path);
  try {
    return { config, sealer: await createSealer([config]) };
  } catch (error) {
    const failure = GovernanceError.from(error);
    if (failure.code !== "invalid-argument") throw failure;
    throw fileError(path, failure.message.replace(/^encryption_configs\S+ /, "its key "));
  }
}

function keyText(file: string, path: string): string {
  let bytes: Buffer | undefined;
  try {
    bytes = readAtMost(file, MAX_BYTES);
  } catch (error) {
    throw fileError(path, `cannot be read (${errnoOf(error) || "unknown reason"})`);
  }
  if (bytes === undefined) throw fileError(path, "is longer than 1 MiB, so it is no key");
  return bytes.toString();
}

/** A JWK is JSON. A file of age has one recipient a line, and comments. */
function configOf(text: string, path: string): EncryptionConfig {
  if (text.trimStart().startsWith("{")) {
    const value = { pubKey: Buffer.from(text) };
    return create(EncryptionConfigSchema, { config: { case: "jwkPublicKeyConfig", value } });
  }
  if (isPrivateKeyText(text)) throw fileError(path, `its key ${PRIVATE_KEY_REFUSED}`);
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
  const [recipient] = lines;
  if (recipient === undefined) {
    throw fileError(path, "contains no key; it must contain one public JWK or one age1… recipient");
  }
  if (recipient.startsWith("-----BEGIN ")) {
    throw fileError(path, "contains a key as PEM; give it as one public JWK, or one age1… recipient");
  }
  if (lines.length > 1) throw fileError(path, `contains ${lines.length} keys; keep one`);
  return create(EncryptionConfigSchema, { config: { case: "ageRecipientConfig", value: { recipient } } });
}

function fileError(path: string, why: string): GovernanceError {
  return new GovernanceError("invalid-argument", `${FLAG}: ${JSON.stringify(path)} ${why}`);
}
