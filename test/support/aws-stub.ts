import { createServer, type IncomingHttpHeaders, type RequestListener, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";

/** One request as it was received. */
export interface StubRequest {
  /** Counts from 1. */
  readonly number: number;
  /** From X-Amz-Target; for the form-encoded STS the Action. */
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly headers: IncomingHttpHeaders;
  /** Resolves when the client's connection is closed. */
  readonly gone: Promise<void>;
}

export interface StubAnswer {
  readonly status?: number;
  /** Sent as JSON; a text is sent as it is. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** `cut` closes the connection, `half` closes it in the middle of the body, `hang` never answers. */
export type StubBehaviour =
  | StubAnswer
  | { readonly cut: true }
  | { readonly half: string }
  | { readonly hang: true };

export interface AwsStub {
  readonly url: string;
  readonly requests: readonly StubRequest[];
  /** Connections opened so far. */
  readonly connections: number;
  /** Resolves when `count` requests have arrived. */
  arrived(count: number): Promise<void>;
  close(): Promise<void>;
}

/** A server that answers as the test says, without Cognito's rules: for answers that Cognito would not give. */
export async function startAwsStub(
  answer: (request: StubRequest) => StubBehaviour | Promise<StubBehaviour>,
  tls?: { readonly key: string; readonly cert: string },
): Promise<AwsStub> {
  const requests: StubRequest[] = [];
  const watchers: { readonly count: number; readonly resolve: () => void }[] = [];

  const listener: RequestListener = (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const gone = Promise.withResolvers<void>();
      outgoing.on("close", () => gone.resolve());
      const { operation, input } = parseRequest(incoming.headers, Buffer.concat(chunks).toString("utf8"));
      const request: StubRequest = {
        number: requests.length + 1,
        operation,
        input,
        headers: incoming.headers,
        gone: gone.promise,
      };
      requests.push(request);
      for (const watcher of watchers) if (requests.length >= watcher.count) watcher.resolve();
      void Promise.resolve(answer(request)).then((behaviour) => play(behaviour, request, outgoing));
    });
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  let connections = 0;
  server.on("connection", () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no TCP address");
  const { port } = address;

  return {
    url: `${tls === undefined ? "http" : "https"}://127.0.0.1:${port}`,
    requests,
    get connections() {
      return connections;
    },
    arrived(count) {
      const { promise, resolve } = Promise.withResolvers<void>();
      if (requests.length >= count) resolve();
      else watchers.push({ count, resolve });
      return promise;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function play(behaviour: StubBehaviour, request: StubRequest, outgoing: ServerResponse): void {
  if ("hang" in behaviour) return;
  if ("cut" in behaviour) {
    outgoing.destroy();
  } else if ("half" in behaviour) {
    outgoing.writeHead(200, { "content-length": behaviour.half.length * 2 });
    outgoing.write(behaviour.half, () => outgoing.destroy());
  } else {
    const { status = 200, body = {}, headers = {} } = behaviour;
    outgoing.writeHead(status, {
      "content-type": "application/x-amz-json-1.1",
      "x-amzn-requestid": `req-${request.number}`,
      ...headers,
    });
    outgoing.end(typeof body === "string" ? body : JSON.stringify(body));
  }
}

function parseRequest(headers: IncomingHttpHeaders, text: string): Pick<StubRequest, "operation" | "input"> {
  if (headers["content-type"]?.startsWith("application/x-www-form-urlencoded") === true) {
    const input = Object.fromEntries(new URLSearchParams(text));
    return { operation: input["Action"] ?? "", input };
  }
  const target = headers["x-amz-target"];
  const input: unknown = text === "" ? {} : JSON.parse(text);
  return {
    operation: typeof target === "string" ? (target.split(".")[1] ?? "") : "",
    input: typeof input === "object" && input !== null ? { ...input } : {},
  };
}

/** An error as Cognito sends it: HTTP 400 for nearly everything. */
export function awsError(name: string, message = "scripted", status = 400): StubAnswer {
  return { status, body: { __type: name, message } };
}

/** A user as ListUsers sends it, in JSON. */
export function wireUser(number: number, over: Readonly<Record<string, unknown>> = {}): object {
  return {
    Username: `user-${number}`,
    Enabled: true,
    UserStatus: "CONFIRMED",
    UserCreateDate: 1_682_955_829.578,
    UserLastModifiedDate: 1_682_955_830.5,
    Attributes: [
      { Name: "sub", Value: `00000000-0000-4000-8000-${String(number).padStart(12, "0")}` },
      { Name: "email", Value: `user-${number}@example.com` },
    ],
    ...over,
  };
}

export function wireGroup(name: string, over: Readonly<Record<string, unknown>> = {}): object {
  return {
    GroupName: name,
    UserPoolId: "eu-west-1_Stub00001",
    CreationDate: 1_682_955_829.578,
    LastModifiedDate: 1_682_955_829.578,
    ...over,
  };
}
