import { Agent, get } from "node:http";

export interface ScimAnswer {
  readonly status: number;
  /** The body; it is not decoded unless somebody asks. */
  readonly text: () => string;
  readonly retryAfter: string | undefined;
}

/** A SCIM client that costs the machine little, so that the service has its time. */
export interface ScimClient {
  get(path: string): Promise<ScimAnswer>;
  close(): void;
}

/** Uses at most so many connections, and keeps them. */
export function scimClient(baseUrl: string, connections: number): ScimClient {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  return {
    get: (path) =>
      new Promise((resolve, reject) => {
        const sent = get(`${baseUrl}${path}`, { agent }, (response) => {
          const pieces: Buffer[] = [];
          response.on("data", (piece: Buffer) => pieces.push(piece));
          response.once("error", reject);
          response.once("end", () =>
            resolve({
              status: response.statusCode ?? 0,
              text: () => Buffer.concat(pieces).toString(),
              retryAfter: response.headers["retry-after"],
            }),
          );
        });
        sent.once("error", reject);
      }),
    close: () => agent.destroy(),
  };
}
