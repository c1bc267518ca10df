// Between the service and its pool's server: passes every call on, but the answer to ListGroups has no end.
//   node test/hostile/endless-upstream.ts <url of the pool's server>
// Prints one JSON line with its `url`.
import { createServer, request } from "node:http";

const [upstream = ""] = process.argv.slice(2);
const piece = " ".repeat(256 * 1024);

const server = createServer((incoming, answer) => {
  if (incoming.headers["x-amz-target"]?.toString().endsWith(".ListGroups") === true) {
    answer.writeHead(200, { "content-type": "application/x-amz-json-1.1" });
    const more = (): void => {
      while (!answer.destroyed && answer.write(piece));
    };
    answer.on("drain", more);
    answer.write('{"Groups": [');
    more();
    return;
  }
  const { method, headers, url } = incoming;
  const passed = request(new URL(url ?? "/", upstream), { method, headers }, (reply) => {
    answer.writeHead(reply.statusCode ?? 502, reply.headers);
    reply.pipe(answer);
  });
  passed.on("error", () => answer.destroy());
  incoming.pipe(passed);
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}` })}\n`);
});
process.once("disconnect", () => process.exit(0));
