import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** A pooler in transaction mode with one connection to the server, which its clients use in turns. */
export interface TransactionPooler {
  readonly port: number;
  close(): Promise<void>;
}

const TERMINATE = 0x58;
const READY_FOR_QUERY = 0x5a;
const IDLE = 0x49;

/** Of the first message of the bytes: a letter, and its length with the four bytes that say it. */
function endOfMessage(bytes: Buffer): number {
  return bytes.length < 5 ? Number.POSITIVE_INFINITY : 1 + bytes.readUInt32BE(1);
}

/** Clients connect without TLS, and the server must take them without a password. */
export async function startTransactionPooler(serverPort: number): Promise<TransactionPooler> {
  const clients = new Set<Socket>();
  const waiting: { readonly client: Socket; readonly bytes: Buffer }[] = [];
  const onward = connect(serverPort, "127.0.0.1");
  onward.on("error", () => onward.destroy());
  const said: Buffer[] = [];
  /** The begin of a message of the server. */
  let rest: Buffer = Buffer.alloc(0);
  let turn: Socket | undefined;
  /** What the server said to the first client that connected. */
  let greeting: Buffer | undefined;

  function pass(client: Socket, bytes: Buffer): void {
    if (turn !== undefined && turn !== client) {
      waiting.push({ client, bytes });
      return;
    }
    turn = client;
    onward.write(bytes);
  }

  function next(): void {
    turn = undefined;
    const from = waiting[0]?.client;
    const now = waiting.filter(({ client }) => client === from);
    for (const one of now) waiting.splice(waiting.indexOf(one), 1);
    for (const { client, bytes } of now) pass(client, bytes);
  }

  onward.on("data", (bytes) => {
    turn?.write(bytes);
    said.push(bytes);
    rest = Buffer.concat([rest, bytes]);
    let isIdle = false;
    for (let end = endOfMessage(rest); end <= rest.length; end = endOfMessage(rest)) {
      isIdle = rest[0] === READY_FOR_QUERY && rest[end - 1] === IDLE;
      rest = rest.subarray(end);
    }
    if (!isIdle) return;
    greeting ??= Buffer.concat(said);
    said.length = 0;
    next();
  });

  const pooler = createServer((client) => {
    let isGreeted = false;
    clients.add(client);
    client.on("error", () => client.destroy());
    client.on("close", () => {
      clients.delete(client);
      if (turn === client) onward.destroy();
    });
    client.on("data", (bytes) => {
      if (isGreeted && bytes[0] === TERMINATE) client.end();
      else if (isGreeted || greeting === undefined) pass(client, bytes);
      else client.write(greeting);
      isGreeted = true;
    });
  });
  pooler.listen(0, "127.0.0.1");
  await once(pooler, "listening");
  const address = pooler.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    port: address.port,
    async close() {
      for (const client of clients) client.destroy();
      onward.destroy();
      pooler.close();
      await once(pooler, "close");
    },
  };
}
