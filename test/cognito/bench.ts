// How fast the server alone is: reads pages from a million generated users over one connection and prints figures.
// Run: node test/cognito/bench.ts [pages]

import { spawn } from "node:child_process";
import { once } from "node:events";
import { Agent, request } from "node:http";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("main.ts", import.meta.url));
const most = Number(process.argv[2] ?? "5000");
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const authorization = `AWS4-HMAC-SHA256 Credential=AKIABENCH/20261121/us-east-1/cognito-idp/aws4_request, SignedHeaders=host, Signature=${"0".repeat(64)}`;

function call(url: string, operation: string, input: Readonly<Record<string, unknown>>): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = {
      authorization,
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": `AWSCognitoIdentityProviderService.${operation}`,
    };
    const sent = request(url, { method: "POST", agent, headers }, (reply) => {
      const chunks: Buffer[] = [];
      reply.on("data", (chunk: Buffer) => chunks.push(chunk));
      reply.on("end", () => resolve(Buffer.concat(chunks).toString("utf8")));
    });
    sent.on("error", reject);
    sent.end(JSON.stringify(input));
  });
}

const child = spawn(
  process.execPath,
  [main, "--users", "1000000", "--groups", "500", "--memberships", "2000000"],
  { stdio: ["ignore", "pipe", "inherit"] },
);
const [line] = (await once(child.stdout, "data")).map(String);
const [, url = "", UserPoolId = ""] = /"url":"([^"]+)","poolId":"([^"]+)"/u.exec(line ?? "") ?? [];

let pages = 0;
let bytes = 0;
let PaginationToken: string | undefined;
const startedMs = performance.now();
do {
  const text = await call(url, "ListUsers", { UserPoolId, Limit: 60, PaginationToken });
  pages += 1;
  bytes += text.length;
  PaginationToken = /"PaginationToken":"([^"]+)"\}$/u.exec(text.slice(-300))?.[1];
} while (PaginationToken !== undefined && pages < most);
const seconds = (performance.now() - startedMs) / 1000;
const stats = await (await fetch(`${url}/-/stats`)).text();
const rssBytes = Number(/"rssBytes":(\d+)/u.exec(stats)?.[1]);
process.stdout.write(
  `${pages} pages of 60 users in ${seconds.toFixed(1)} s: ${Math.round(pages / seconds)} pages/s, ${Math.round(bytes / pages)} characters a page, server RSS ${Math.round(rssBytes / 1e6)} MB\n`,
);
child.kill("SIGTERM");
agent.destroy();
