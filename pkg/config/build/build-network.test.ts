import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { loaded, refusalOf, type Texts } from "../testing.fixture.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "connector-ca-"));
  for (const name of ["flag", "aws", "shared", "openssl"]) {
    writeFileSync(path(name), `-----BEGIN CERTIFICATE-----\n${name}\n`);
  }
  writeFileSync(
    path("config"),
    `[default]\nregion = x\n[profile  work]\ns3 =\n  a = b\nca_bundle= ${path("shared")} \n`,
  );
});
afterEach(() => rmSync(folder, { recursive: true }));

const path = (name: string): string => join(folder, name);

/** Which of the files is trusted. */
function trusted(flags: Texts, env: Texts): string | undefined {
  const { caBundle } = loaded("list", flags, env).config.network;
  return caBundle?.split("\n")[1];
}

describe("the CAs to trust at AWS", () => {
  test("are those of Node.js when nothing is said", () => {
    expect(trusted({}, { HOME: folder })).toBeUndefined();
  });

  test("come from the flag, AWS_CA_BUNDLE, ca_bundle of the profile, or SSL_CERT_FILE, in this order", () => {
    const env = {
      AWS_CONFIG_FILE: path("config"),
      AWS_PROFILE: "work",
      AWS_CA_BUNDLE: path("aws"),
      SSL_CERT_FILE: path("openssl"),
    };
    expect(trusted({ "ca-bundle": path("flag") }, env)).toBe("flag");
    expect(trusted({}, env)).toBe("aws");
    expect(trusted({}, { ...env, AWS_CA_BUNDLE: "" })).toBe("shared");
    expect(trusted({ "aws-profile": "other" }, { ...env, AWS_CA_BUNDLE: "" })).toBe("openssl");
    expect(trusted({}, { SSL_CERT_FILE: path("openssl") })).toBe("openssl");
  });

  test.for(["AWS_CONFIG_FILE", "AWS_PROFILE", "HOME"])(
    "are found where %s is empty, as if it were unset",
    (name) => {
      mkdirSync(path(".aws"));
      const shared = `[default]\nca_bundle = ${path("shared")}\n[profile work]\nca_bundle = ${path("flag")}\n`;
      writeFileSync(path(".aws/config"), shared);
      const env = { HOME: folder, USERPROFILE: folder, [name]: "" };
      expect(trusted({}, env)).toBe("shared");
    },
  );

  test("that cannot be read are refused with the name of the setting", () => {
    expect(refusalOf(() => trusted({}, { AWS_CA_BUNDLE: path("nowhere") }))).toBe(
      `AWS_CA_BUNDLE: ${path("nowhere")} cannot be read (ENOENT); name a PEM file of CA certificates, or leave it out`,
    );
    expect(refusalOf(() => trusted({}, { SSL_CERT_FILE: path("config") }))).toMatch(
      /^SSL_CERT_FILE: .*config has no certificate; /,
    );
  });
});
