// The SDK reads an answer member by member along its schema: in a listing of 60 users that took a third of the time and of the
// garbage of a page. The answers of the two listings of users are parsed here, between the SDK's own steps; an answer that is
// not as expected goes to the SDK as it came.
import { Readable } from "node:stream";
import type { CognitoIdentityProviderClient } from "@aws-sdk/client-cognito-identity-provider";
import { streamCollector } from "@smithy/node-http-handler";
import { answerCounter } from "./answer-limit.ts";
import type { AnswerTurns } from "./answer-turns.ts";

/** An answer whose body is being read. */
interface Expected {
  readonly hostname: string;
  /** Left out where answers need not wait for each other. */
  readonly turns: AnswerTurns | undefined;
  /** The member with the marker of the next page; undefined where the SDK reads the answer. */
  marker: string | undefined;
  parsed: object | undefined;
}

const expected = new WeakMap<object, Expected>();

const MARKERS: ReadonlyMap<string, string> = new Map([
  ["ListUsersCommand", "PaginationToken"],
  ["ListUsersInGroupCommand", "NextToken"],
]);

const NO_BYTES = new Uint8Array();

/** An answer of fewer bytes makes little work. A change, which makes several calls, would wait at each of them. */
const LONG_BYTES = 4 * 1024;

/** The body of an answer from there: it is limited while it is collected. */
export function expectBody(body: unknown, hostname: string, turns?: AnswerTurns): void {
  if (body instanceof Readable) expected.set(body, { hostname, turns, marker: undefined, parsed: undefined });
}

/** For the setting `streamCollector` of the SDK, which reads every body by it. */
export async function collectAnswer(body: Parameters<typeof streamCollector>[0]): Promise<Uint8Array> {
  const answer = body instanceof Readable ? expected.get(body) : undefined;
  if (!(body instanceof Readable) || answer === undefined) return await streamCollector(body);
  const bytes = await collect(body, answer.hostname);
  // An answer waits for its turn as bytes. As objects it would outlive a collection while it waits, and be copied.
  if (bytes.length > LONG_BYTES) await answer.turns?.next();
  if (answer.marker === undefined) return bytes;
  answer.parsed = readListing(bytes, answer.marker);
  return answer.parsed === undefined ? bytes : NO_BYTES;
}

function collect(body: Readable, hostname: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const count = answerCounter(hostname);
    body.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      const refusal = count(chunk.byteLength);
      if (refusal !== undefined) body.destroy(refusal);
    });
    const cutOff = (): void => {
      if (!body.readableEnded) reject(Object.assign(new Error("aborted"), { code: "ECONNRESET" }));
    };
    body.once("error", reject);
    body.once("end", () => resolve(Buffer.concat(chunks)));
    body.once("close", cutOff);
    // It may have been cut off before anybody listened: then no event comes any more.
    if (body.destroyed) cutOff();
  });
}

/** What the SDK makes of it. Undefined where that is not certain. */
function readListing(bytes: Buffer, marker: string): object | undefined {
  const answer: unknown = bytes.length === 0 ? undefined : JSON.parse(bytes.toString());
  if (!isPlain(answer) || "__type" in answer) return undefined;
  const users = answer["Users"];
  if (!Array.isArray(users) || !users.every(readDates)) return undefined;
  const next = answer[marker];
  return { Users: users, ...(next === null || next === undefined ? {} : { [marker]: next }) };
}

function readDates(user: unknown): boolean {
  return isPlain(user) && readDate(user, "UserCreateDate") && readDate(user, "UserLastModifiedDate");
}

function readDate(user: Record<string, unknown>, member: string): boolean {
  const seconds = user[member];
  if (typeof seconds !== "number" || !Number.isFinite(seconds)) return false;
  user[member] = new Date(Math.round(seconds * 1000));
  return true;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Has the answers of listings of users read here. */
export function readListingAnswers({ middlewareStack }: CognitoIdentityProviderClient): void {
  middlewareStack.add(
    (next, context) => async (args) => {
      const result = await next(args);
      const answer = answerOf(result.response);
      if (answer !== undefined && isSuccess(result.response))
        answer.marker = MARKERS.get(context.commandName ?? "");
      return result;
    },
    // Before the SDK reads the body.
    { step: "deserialize", priority: "low", name: "expectListing" },
  );
  middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const answer = answerOf(result.response);
      if (answer?.parsed === undefined) return result;
      if (result.output !== undefined) Object.assign(result.output, answer.parsed);
      // V8 takes the values of an old WeakMap for live in a young collection, also where their keys are gone.
      answer.parsed = undefined;
      return result;
    },
    // After it.
    { step: "deserialize", priority: "high", name: "putListing" },
  );
}

function answerOf(response: unknown): Expected | undefined {
  const body: unknown =
    typeof response === "object" && response !== null ? Reflect.get(response, "body") : undefined;
  return typeof body === "object" && body !== null ? expected.get(body) : undefined;
}

function isSuccess(response: unknown): boolean {
  return (
    typeof response === "object" && response !== null && Number(Reflect.get(response, "statusCode")) < 300
  );
}
