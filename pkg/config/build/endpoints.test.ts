import { describe, expect, test } from "vitest";
import { CALLING_AWS } from "../table/setting.ts";
import { loaded, refusalOf, type Texts } from "../testing.fixture.ts";

const warningsOf = (flags: Texts, env: Texts = {}) => loaded("serve", flags, env).warnings;

describe("an endpoint that is not of AWS", () => {
  test.for([
    "https://collects.example",
    "https://192.0.2.1:9229",
    "https://cognito-idp.eu-west-1.amazonaws.com.collects.example",
    "http://127.0.0.1:9229",
    "http://[::1]:9229",
    "http://localhost:9229",
  ])("%s is said once, by every command that sends requests", (url) => {
    for (const command of CALLING_AWS) {
      expect(loaded(command, { "endpoint-url": url }).warnings).toEqual([
        `--endpoint-url: ${url} is not an endpoint of AWS; all requests, with passwords and personal data, go there`,
      ]);
    }
  });

  test.for(["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", "BATON_ENDPOINT_URL"])(
    "is said with the place that names it: %s",
    (name) => {
      expect(warningsOf({}, { [name]: "https://collects.example/path" })).toEqual([
        `${name}: https://collects.example is not an endpoint of AWS; all requests, with passwords and personal data, go there`,
      ]);
      expect(refusalOf(() => loaded("list", {}, { [name]: "http://collects.example" }))).toContain(name);
      expect(warningsOf({}, { [name]: "http://127.0.0.1:9229/path" })).toEqual([
        `${name}: http://127.0.0.1:9229 is not an endpoint of AWS; all requests, with passwords and personal data, go there`,
      ]);
    },
  );

  test.for([
    "https://cognito-idp.eu-west-1.amazonaws.com",
    "https://vpce-0abc-xyz.cognito-idp.eu-west-1.vpce.amazonaws.com",
  ])("%s is of AWS, and is not said", (url) => {
    expect(warningsOf({ "endpoint-url": url })).toEqual([]);
  });
});

describe("an endpoint in plain text", () => {
  test.for([
    "http://collects.example",
    "http://cognito:9229",
    "http://192.0.2.1",
    "http://0.0.0.0:9229",
    "http://localhost.:9229",
    "http://x.localhost",
    "http://127.0.0.1.nip.example",
    "http://cognito-idp.eu-west-1.amazonaws.com",
  ])("beyond this machine is refused by every command: %s", (url) => {
    for (const command of CALLING_AWS) {
      expect(refusalOf(() => loaded(command, { "endpoint-url": url }))).toBe(
        `--endpoint-url: ${url} is http and not on this machine, so passwords and personal data could be read on their way; give an https URL, or add --insecure`,
      );
      expect(loaded(command, { "endpoint-url": url, insecure: "true" }).config.network.endpointUrl).toBe(url);
    }
  });

  test("with --insecure is said to be in plain text", () => {
    expect(warningsOf({ "endpoint-url": "http://cognito:9229", insecure: "true" })).toEqual([
      "--endpoint-url: http://cognito:9229 is not an endpoint of AWS; all requests, with passwords and personal data, go there, in plain text",
    ]);
  });

  const TLS = { "tls-cert-file": "/none/c", "tls-key-file": "/none/k" };

  test("may be allowed beside a listener with TLS, and --insecure without either purpose is refused", () => {
    const exposed = { ...TLS, insecure: "true", "endpoint-url": "http://cognito:9229" };
    expect(loaded("serve", exposed).config.service.tls).toMatchObject({ certFile: "/none/c" });
    for (const more of [{}, { "endpoint-url": "https://collects.example" }]) {
      expect(refusalOf(() => loaded("serve", { ...TLS, insecure: "true", ...more }))).toBe(
        "--insecure and --tls-cert-file exclude each other; keep one",
      );
    }
  });
});

describe("a proxy with a password", () => {
  test.for([
    ["HTTPS_PROXY", "http://ann:secret@proxy.example:3128", true],
    ["http_proxy", "http://ann:secret@proxy.example:3128", true],
    ["HTTPS_PROXY", "https://ann:secret@proxy.example:3128", false],
    ["HTTPS_PROXY", "http://ann:secret@127.0.0.1:3128", false],
    ["HTTPS_PROXY", "http://proxy.example:3128", false],
  ] as const)("%s=%s is warned of where others can read it: %s", ([name, url, warned]) => {
    expect(warningsOf({}, { [name]: url })).toEqual(
      warned
        ? [
            `${name}: the password of the proxy goes to proxy.example:3128 in plain text; name the proxy with https:// if it has TLS`,
          ]
        : [],
    );
  });
});

describe("a proxy with https://", () => {
  const client = {
    BATON_CLIENT_ID: "a@b.example/pcc",
    BATON_CLIENT_SECRET: "secret-token:conductorone.com:v1:eyJrdHkiOiJPS1AifQ",
  };
  const line = (name: string) =>
    `${name}: gRPC cannot use a proxy with https://, so tasks and uploads go to the platform without the proxy; give the http:// URL of a proxy`;

  test("is said where the platform's tasks would need it, and nowhere else", () => {
    for (const name of ["HTTPS_PROXY", "https_proxy", "BATON_HTTPS_PROXY"]) {
      expect(warningsOf({}, { ...client, [name]: "https://ann:secret@proxy.example:3128" })).toEqual([
        line(name),
      ]);
      expect(warningsOf({}, { ...client, [name]: "HTTPS://proxy.example" })).toEqual([line(name)]);
      expect(warningsOf({}, { [name]: "https://proxy.example:3128" })).toEqual([]);
      expect(warningsOf({}, { ...client, [name]: "http://proxy.example:3128" })).toEqual([]);
    }
    expect(warningsOf({}, { ...client, HTTP_PROXY: "https://proxy.example:3128" })).toEqual([]);
  });

  test("is not the cure of a password in plain text where the platform's tasks use the proxy", () => {
    const plain = "the password of the proxy goes to proxy.example:3128 in plain text";
    const url = "http://ann:secret@proxy.example:3128";
    expect(warningsOf({}, { ...client, HTTPS_PROXY: url })).toEqual([`HTTPS_PROXY: ${plain}`]);
    expect(warningsOf({}, { ...client, HTTP_PROXY: url })).toEqual([
      `HTTP_PROXY: ${plain}; name the proxy with https:// if it has TLS`,
    ]);
  });
});

describe("traces in plain text", () => {
  const ENDPOINT = "otel-collector-endpoint";

  test("beyond this machine are warned of, unless a setting asks for them", () => {
    expect(warningsOf({ [ENDPOINT]: "http://collector:4317" })).toEqual([
      `--${ENDPOINT}: traces go to collector:4317 in plain text; give an https URL, or otel-collector-endpoint-tls-insecure if that is meant`,
    ]);
    expect(warningsOf({ [ENDPOINT]: "http://collector:4317", [`${ENDPOINT}-tls-insecure`]: "true" })).toEqual(
      [],
    );
    expect(warningsOf({ [ENDPOINT]: "http://127.0.0.1:4317" })).toEqual([]);
    expect(warningsOf({ [ENDPOINT]: "https://collector:4317" })).toEqual([]);
  });
});
