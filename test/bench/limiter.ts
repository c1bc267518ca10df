// Prints the rate that a server sees with the limiter, and the cost of one acquire.
//
//   node test/bench/limiter.ts [seconds] [rate/latencyMs ...]      node test/bench/limiter.ts 30 5/50 30/2000
//
// The server runs in a thread of its own and answers over HTTP, so that it sees arrival times as a real server does.

import { once } from "node:events";
import { Agent, createServer, request } from "node:http";
import { parentPort, Worker } from "node:worker_threads";
import { systemClocks } from "../../pkg/core/clock.ts";
import { createThrottle } from "../../pkg/limiter/throttle.ts";
import { mostInWindow } from "../../pkg/limiter/virtual-loop.fixture.ts";

const DEFAULT_SETTINGS = ["5/50", "5/2000", "30/50", "30/2000", "30/50/stalls", "120/50"];

function serve(port: NonNullable<typeof parentPort>): void {
  const arrivals: number[] = [];
  const server = createServer((incoming, answer) => {
    arrivals.push(performance.timeOrigin + performance.now());
    setTimeout(() => answer.end("{}"), Number(incoming.headers["x-latency-ms"]));
  });
  server.listen(0, "127.0.0.1", () => {
    const address = server.address();
    port.postMessage([typeof address === "object" ? address?.port : undefined]);
  });
  port.on("message", () => port.postMessage(arrivals.splice(0)));
}

async function numbersFrom(worker: Worker): Promise<readonly number[]> {
  const message: unknown = (await once(worker, "message"))[0];
  if (!Array.isArray(message)) throw new TypeError("the server did not send a list");
  return message.map(Number);
}

async function send(port: number, agent: Agent, latencyMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { "x-latency-ms": String(latencyMs) };
    const call = request({ host: "127.0.0.1", port, agent, method: "POST", headers }, (answer) => {
      answer.resume().on("end", resolve);
    });
    call.on("error", reject).end("{}");
  });
}

/** The process is busy for up to 80 ms every half second, as with a large commit. */
function stallNowAndThen(): NodeJS.Timeout {
  return setInterval(() => {
    const until = performance.now() + Math.random() * 80;
    while (performance.now() < until);
  }, 500);
}

async function measureRate(worker: Worker, port: number, setting: string, seconds: number): Promise<void> {
  const [rateText = "", latencyText = "", stalls] = setting.split("/");
  const rate = Number(rateText);
  const latencyMs = Number(latencyText);
  const throttle = createThrottle({ rates: { UserList: rate }, ...systemClocks });
  const agent = new Agent({ keepAlive: true });
  const stop = new AbortController();
  const stalling = stalls === undefined ? undefined : stallNowAndThen();
  const cpu = process.cpuUsage();
  const caller = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      await throttle.acquire("ListUsers", "sync", stop.signal);
      await send(port, agent, latencyMs);
    }
  };
  const callers = Array.from({ length: Math.ceil((rate * latencyMs) / 1000) * 2 + 4 }, caller);
  const done = Promise.allSettled(callers);
  await new Promise((resolve) => {
    setTimeout(resolve, seconds * 1000);
  });
  stop.abort();
  clearInterval(stalling);
  const { user, system } = process.cpuUsage(cpu);
  await done;
  await throttle.close();
  agent.destroy();
  worker.postMessage("arrivals", []);
  const arrivals = await numbersFrom(worker);
  const tookMs = (arrivals.at(-1) ?? 0) - (arrivals[0] ?? 0);
  const used = ((arrivals.length - 1) * 1000) / tookMs / rate;
  const most = (lengthMs: number): string =>
    `${mostInWindow(arrivals, lengthMs)}/${rate * (lengthMs / 1000)}`;
  print(
    setting.padEnd(16),
    `${callers.length} callers, ${arrivals.length} calls in ${(tookMs / 1000).toFixed(1)} s:`,
    `${(used * 100).toFixed(2)} % used, most in 1 s ${most(1000)}, in 10 s ${most(10_000)},`,
    `CPU of both ends ${((user + system) / 10_000 / seconds).toFixed(1)} %`,
  );
}

async function measureCost(callers: number): Promise<void> {
  const throttle = createThrottle({ rates: { UserList: 100_000 }, ...systemClocks });
  const stop = new AbortController();
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  let turns = 0;
  const caller = async (): Promise<void> => {
    while (performance.now() < startedAt + 3000) {
      await throttle.acquire("ListUsers", "sync", stop.signal);
      turns += 1;
      // Lets timers run, as a real call would.
      if (turns % 100 === 0) await new Promise(setImmediate);
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  const { user, system } = process.cpuUsage(cpu);
  await throttle.close();
  const rate = turns / 3;
  print(
    `wide open, ${callers} callers:`.padEnd(28),
    `${rate.toFixed(0)} turns a second, ${((user + system) / turns).toFixed(2)} µs of CPU a turn`,
  );
}

function print(...words: string[]): void {
  process.stdout.write(`${words.join(" ")}\n`);
}

async function main(): Promise<void> {
  const [secondsText = "25", ...settings] = process.argv.slice(2);
  const worker = new Worker(new URL(import.meta.url));
  const [port = 0] = await numbersFrom(worker);
  for (const setting of settings.length > 0 ? settings : DEFAULT_SETTINGS) {
    await measureRate(worker, port, setting, Number(secondsText));
  }
  await worker.terminate();
  for (const callers of [1, 20, 2000]) await measureCost(callers);
}

if (parentPort === null) await main();
else serve(parentPort);
