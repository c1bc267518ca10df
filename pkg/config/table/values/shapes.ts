import { POOL_ID } from "../../../core/pool.ts";
import type { Parsed } from "../setting.ts";

/** Any text without line breaks and other control characters. */
export function plainText(given: string): Parsed<string> {
  return /\p{Cc}/u.test(given)
    ? { problem: "must not contain line breaks or other control characters" }
    : { value: given };
}

export function poolId(given: string): Parsed<string> {
  return POOL_ID.test(given)
    ? { value: given }
    : {
        problem:
          "must be a user pool id such as eu-west-1_AbCd12345; copy it from the pool's overview page in the console",
      };
}

export function regionName(given: string): Parsed<string> {
  return /^[a-z]{2,}(?:-[a-z]+)+-\d+$/.test(given)
    ? { value: given }
    : { problem: "must be an AWS Region such as eu-west-1; leave it out and it is read from the pool id" };
}

/** An http or https URL without credentials, because URLs are logged. */
export function httpUrl(given: string): Parsed<string> {
  const url = URL.parse(given);
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) {
    return { problem: "must be an http:// or https:// URL such as http://127.0.0.1:9229" };
  }
  if (url.username !== "" || url.password !== "") {
    return { problem: "must not contain a user name or a password" };
  }
  return { value: given };
}

/** Like `httpUrl`, but with a user name and a password if the proxy needs them. */
export function proxyUrl(given: string): Parsed<string> {
  // curl and similar programs read host:port without a scheme as http.
  const full = given.includes("://") ? given : `http://${given}`;
  const url = URL.parse(full);
  return url !== null && (url.protocol === "http:" || url.protocol === "https:")
    ? { value: full }
    : { problem: "must be the URL of a proxy such as http://proxy.example.com:3128" };
}

export function roleArn(given: string): Parsed<string> {
  return /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,576}$/.test(given)
    ? { value: given }
    : { problem: "must be the ARN of an IAM role such as arn:aws:iam::123456789012:role/connector" };
}

/** The format that AWS STS requires in AssumeRole. */
export function externalId(given: string): Parsed<string> {
  return /^[\w+=,.@:/-]{2,1224}$/.test(given)
    ? { value: given }
    : { problem: "must be 2 to 1224 letters, digits or any of +=,.@:/-_" };
}

export function sessionName(given: string): Parsed<string> {
  return /^[\w+=,.@-]{2,64}$/.test(given)
    ? { value: given }
    : { problem: "must be 2 to 64 letters, digits or any of +=,.@-_" };
}

export function accessKeyId(given: string): Parsed<string> {
  // Those of AWS have 16 to 128 characters; emulators take any word.
  return /^\w{1,128}$/.test(given)
    ? { value: given }
    : { problem: "must be an AWS access key id, up to 128 letters and digits" };
}

/** Baton's format: two free words, the literal `v1`, and a private JWK as base64url without padding, joined by colons. */
export function clientSecret(given: string): Parsed<string> {
  return /^[\x21-\x39\x3b-\x7e]+:[\x21-\x39\x3b-\x7e]+:v1:[\w-]+$/.test(given)
    ? { value: given }
    : {
        problem:
          "must be a Baton client secret: four parts joined by colons, the third of them v1 and the last the key; copy all of it",
      };
}

/** A secret from a file or a shell often has an extra space or line break, and AWS reports only a wrong signature. */
export function secretText(given: string): Parsed<string> {
  return /^[\x21-\x7e]+$/.test(given)
    ? { value: given }
    : { problem: "must be printable characters without spaces or line breaks" };
}
