import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { decodeProtectedHeader, jwtVerify } from "jose";
import { describe, expect, test } from "vitest";
import { type AskToken, createAccessTokens, type TokenAnswer } from "./access-token.ts";
import { signingKey } from "./assertion.ts";

const client = {
  id: "cool-name@tenant.conductor.one:8443/pcc",
  name: "cool-name",
  host: "tenant.conductor.one",
  address: "tenant.conductor.one:8443",
};
const { privateKey } = generateKeyPairSync("ed25519");
const seed = Buffer.from(privateKey.export({ format: "jwk" }).d ?? "", "base64url");
const never = new AbortController().signal;
const NOW = Date.parse("2026-11-28T12:00:00Z");

function answer(status: number, body: unknown, date?: string): TokenAnswer {
  return { status, date, body: typeof body === "string" ? body : JSON.stringify(body) };
}

function tokensWith(...answers: readonly TokenAnswer[]) {
  const forms: URLSearchParams[] = [];
  let nowMs = 0;
  const ask: AskToken = async (form) => {
    forms.push(form);
    const given = answers[forms.length - 1] ?? answers.at(-1);
    if (given === undefined) throw new Error("no answer is planned");
    return given;
  };
  const clocks = { now: () => NOW + nowMs, monotonic: () => nowMs };
  const tokens = createAccessTokens({ client, seed, clocks, ask });
  return { tokens, forms, pass: (ms: number) => (nowMs += ms) };
}

const GOOD = answer(200, { access_token: "secret-token", token_type: "Bearer", expires_in: 3600 });

describe("a token that several callers wait for", () => {
  function waitingFor() {
    const asked: AbortSignal[] = [];
    const { promise, resolve } = Promise.withResolvers<TokenAnswer>();
    const ask: AskToken = async (_form, signal) => {
      asked.push(signal);
      return await promise;
    };
    const clocks = { now: () => NOW, monotonic: () => 0 };
    return { tokens: createAccessTokens({ client, seed, clocks, ask }), asked, resolve };
  }

  test("is asked for once, also when the first of them leaves", async () => {
    const { tokens, asked, resolve } = waitingFor();
    const leaving = new AbortController();
    const first = tokens.authorization(leaving.signal);
    const second = tokens.authorization(never);
    leaving.abort(new Error("left"));
    await expect(first).rejects.toThrow("left");
    resolve(GOOD);
    await expect(second).resolves.toBe("Bearer secret-token");
    expect(asked).toHaveLength(1);
    expect(asked[0]?.aborted).toBe(false);
  });

  test("is no longer asked for when all of them have left, and is asked for again by the next one", async () => {
    const { tokens, asked, resolve } = waitingFor();
    const leaving = new AbortController();
    const first = tokens.authorization(leaving.signal);
    // The assertion is signed before the endpoint is asked.
    await expect.poll(() => asked.length).toBe(1);
    leaving.abort(new Error("left"));
    await expect(first).rejects.toThrow("left");
    expect(asked[0]?.aborted).toBe(true);
    resolve(GOOD);
    await expect(tokens.authorization(never)).resolves.toBe("Bearer secret-token");
    expect(asked).toHaveLength(2);
  });
});

describe("the assertion", () => {
  test("is signed with the client secret and says what the platform checks", async () => {
    const { tokens, forms } = tokensWith(GOOD);
    await tokens.authorization(never);
    const [form] = forms;
    expect(Object.fromEntries(form ?? [])).toMatchObject({
      client_id: client.id,
      grant_type: "client_credentials",
      client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    });
    const assertion = form?.get("client_assertion") ?? "";
    const header = decodeProtectedHeader(assertion);
    expect(header).toEqual({ alg: "EdDSA", nonce: expect.stringMatching(/^[0-9a-f]{32}$/) });
    const { payload } = await jwtVerify(assertion, createPublicKey(signingKey(seed)), {
      currentDate: new Date(NOW),
    });
    const seconds = NOW / 1000;
    expect(payload).toEqual({
      iss: client.id,
      sub: client.id,
      aud: "tenant.conductor.one",
      iat: seconds,
      nbf: seconds - 120,
      exp: seconds + 120,
    });
  });

  test("has a new nonce each time", async () => {
    const { tokens, forms } = tokensWith(GOOD);
    await tokens.authorization(never);
    tokens.forget("Bearer secret-token");
    await tokens.authorization(never);
    const nonces = forms.map((form) => decodeProtectedHeader(form.get("client_assertion") ?? "")["nonce"]);
    expect(new Set(nonces).size).toBe(2);
  });
});

describe("an access token", () => {
  test("is used until ten seconds before its end", async () => {
    const { tokens, forms, pass } = tokensWith(GOOD);
    expect(await tokens.authorization(never)).toBe("Bearer secret-token");
    pass(3_589_999);
    await tokens.authorization(never);
    expect(forms).toHaveLength(1);
    pass(1);
    await tokens.authorization(never);
    expect(forms).toHaveLength(2);
  });

  test("is asked for once by callers at the same time", async () => {
    const { tokens, forms } = tokensWith(GOOD);
    await Promise.all([tokens.authorization(never), tokens.authorization(never)]);
    expect(forms).toHaveLength(1);
  });

  test("that could not be had is asked for again at the next call", async () => {
    const { tokens } = tokensWith(answer(503, ""), GOOD);
    await expect(tokens.authorization(never)).rejects.toMatchObject({ code: "unavailable" });
    expect(await tokens.authorization(never)).toBe("Bearer secret-token");
  });

  test.for([
    [401, "unauthenticated"],
    [400, "unauthenticated"],
    [403, "unauthenticated"],
    [429, "unavailable"],
    [500, "unavailable"],
    [503, "unavailable"],
  ] as const)("refused with %i is %s", async ([status, code]) => {
    const { tokens } = tokensWith(answer(status, "why"));
    await expect(tokens.authorization(never)).rejects.toMatchObject({ code });
  });

  test.for([
    [120_000, "120 s ahead of"],
    [-150_000, "150 s behind"],
  ] as const)("refused while our clock is %i ms off says so", async ([offMs, said]) => {
    const theirs = new Date(NOW - offMs).toUTCString();
    const { tokens } = tokensWith(answer(401, "", theirs));
    await expect(tokens.authorization(never)).rejects.toThrow(said);
  });

  test.for([
    ["not json", "unavailable"],
    ["[]", "unauthenticated"],
    ["{}", "unauthenticated"],
    [{ access_token: "" }, "unauthenticated"],
    [{ access_token: 5 }, "unauthenticated"],
    [{ access_token: "two\r\nlines" }, "unauthenticated"],
    ["null", "unavailable"],
  ] as const)("is not taken from the answer %o, which is not repeated", async ([body, code]) => {
    const { tokens } = tokensWith(answer(200, body));
    const failed = tokens.authorization(never);
    await expect(failed).rejects.toMatchObject({ code });
    await expect(failed).rejects.not.toThrow(/not json|two/);
  });
});
