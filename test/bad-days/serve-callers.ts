// Plays the callers of a day: each asks for its changes one after the other.

import { grpcFront, readByGrpc } from "./serve-grpc.ts";
import { tookMs } from "./serve-ledger.ts";
import type { Actor, Reader, Step } from "./serve-plan.ts";
import { readByScim, scimFront } from "./serve-scim.ts";
import { platformFront, readByPlatform } from "./serve-tasks.ts";
import type { Asked, Front, World } from "./serve-world.ts";

export async function playActor(world: World, actor: Actor): Promise<void> {
  const front = frontOf(world, actor);
  try {
    for (const step of actor.steps) await playStep(world, actor, front, step);
  } finally {
    front.close();
  }
}

function frontOf(world: World, { front, name }: Actor): Front {
  if (front === "grpc") return grpcFront(world, name);
  if (front === "scim") return scimFront(world, name);
  if (world.platform === undefined) throw new Error("no platform on this day");
  return platformFront(world, world.platform, name);
}

async function playStep(world: World, actor: Actor, front: Front, step: Step): Promise<void> {
  const { ledger, service } = world;
  for (let left = step.again; ; left -= 1) {
    const number = ledger.changes.length + 1;
    const asked = askedOf(world, actor, step, number);
    await service.up();
    const requester = front.requester();
    const leaving = leaveAfter(world, step.leavesAfter);
    const fromMs = Date.now();
    const answer = await front.ask(asked, leaving.signal);
    const toMs = Date.now();
    leaving.end();
    tookMs(ledger, "change", toMs - fromMs);
    ledger.changes.push({
      ...asked,
      number,
      requester,
      front: actor.front,
      times: 1,
      fromMs,
      toMs,
      ...answer,
    });
    if (answer.said !== "refused" && answer.said !== "no answer") return;
    if (left <= 0) return;
  }
}

function askedOf(world: World, { front }: Actor, step: Step, number: number): Asked {
  const person = world.people[step.user];
  const group = world.groups[step.group];
  if (person === undefined || group === undefined)
    throw new Error("the plan names somebody who is not there");
  const { kind, name, password } = step;
  const target = { ...person, group, value: `nick${number}-${name}` };
  if (kind === "create-user") {
    return { ...target, kind, sub: "", username: `new-${name}`, password: password && front !== "platform" };
  }
  return { ...target, kind, password: false, ...(kind === "create-group" ? { group: `team-${name}` } : {}) };
}

/** The caller's signal, which fires once so many requests have come to the server. */
function leaveAfter({ cognito }: World, requests: number | undefined) {
  const leaving = new AbortController();
  let left = requests ?? Number.POSITIVE_INFINITY;
  const rule = cognito.script({
    run: () => {
      left -= 1;
      if (left <= 0) leaving.abort();
    },
  });
  return { signal: leaving.signal, end: () => rule.remove() };
}

export async function playReader(world: World, reader: Reader, dayFromMs: number): Promise<void> {
  const { platform } = world;
  for (let round = 1; round <= reader.rounds; round += 1) {
    await world.service.up();
    if (reader.front === "grpc") await readByGrpc(world, reader);
    else if (reader.front === "scim") await readByScim(world, reader, dayFromMs);
    else if (platform !== undefined) await readByPlatform(world, platform, reader.name);
  }
}
