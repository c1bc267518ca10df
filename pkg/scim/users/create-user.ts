// A new user is one change of the provisioner: account, password, groups and state, whole or not at all. What comes after it,
// the values kept beside the pool, is finished by the retry of a request that was cut off there.
import { GovernanceError } from "../../core/errors.ts";
import type { User } from "../../core/user.ts";
import { isAccountOfRequest } from "../../provision/accounts/account-of-request.ts";
import type { AccountRequest, CreatedAccount } from "../../provision/provisioner.ts";
import type { MappingContext } from "../mapping/context.ts";
import { newAccountOf } from "../mapping/user-account.ts";
import { nameMeant, requiredUserName } from "../mapping/user-name.ts";
import { noteDropped, type ScimParts, scimWriteContext } from "../parts.ts";
import { normalizeBody } from "../protocol/bodies.ts";
import { project } from "../protocol/projection.ts";
import type { BegunRequest, KeptValues } from "../records.ts";
import type { JsonValue, ScimResource } from "../resource.ts";
import { userSchemas } from "../schema/user-schema.ts";
import { ScimError } from "../scim-error.ts";
import type { ScimCall } from "../service.ts";
import { afterMade, isKeptByAnother, isNotMade, requestKey } from "../unfinished.ts";
import { claimExternalId, uniqueKeys, usersNamed, valueTaken } from "./uniqueness.ts";
import { userAnswer } from "./user-answer.ts";
import type { FoundUser } from "./user-reader.ts";
import { inScimWords } from "./wording.ts";
import { keepUser, writeUser } from "./write-user.ts";

interface UserCreation {
  readonly resource: ScimResource;
  readonly request: AccountRequest;
  readonly kept: KeptValues;
  readonly context: MappingContext;
  /** The same for the retry of this request. */
  readonly key: string;
}

export async function createUser(parts: ScimParts, body: JsonValue, call: ScimCall): Promise<ScimResource> {
  const context = await parts.context(call.signal);
  const { resource: sent, dropped } = normalizeBody(body, userSchemas(context), "create");
  noteDropped(parts, "User", dropped);
  const resource = { active: true, ...sent };
  const userName = requiredUserName(resource);
  const { request, kept } = newAccountOf(resource, context, parts.newId);
  const user: UserCreation = {
    resource,
    request,
    kept,
    context,
    key: requestKey(parts, "User", userName, resource),
  };
  return await parts.writer.write(
    uniqueKeys("User", { name: userName, externalId: kept.externalId }),
    async () => {
      // Most clients have just looked for the person, and AdminCreateUser refuses a name in use by itself.
      const trust = { trustsMisses: true };
      const there = await usersNamed(parts, userName, context, call.signal, trust);
      const found = there.find(({ kept: row }) => row?.hidden !== true) ?? there[0];
      if (found === undefined) return await makeUser(parts, user, call);
      if (found.kept?.hidden === true) return await takeOverOrMake(parts, found, user, call);
      return await finishOrRefuse(parts, found, user, call);
    },
    call.signal,
  );
}

async function makeUser(parts: ScimParts, user: UserCreation, call: ScimCall): Promise<ScimResource> {
  const { records, provisioner, users } = parts;
  const { signal } = call;
  const userName = requiredUserName(user.resource);
  // A listing may show only now whom an earlier attempt has made.
  const isOwn = (one: User): boolean => nameMeant(one, userName, user.context) !== undefined;
  await claimExternalId(parts, user.kept.externalId, isOwn, call);
  if (call.dryRun) {
    await inScimWords(provisioner.createAccount(user.request, scimWriteContext(call), signal), user.context);
    return project(wouldBe(user.resource), call.projection, userSchemas(user.context));
  }
  const earlier = await records.begin({ key: user.key, kind: "User", id: undefined });
  const account = await createAccount(parts, user, call);
  if (account.user === undefined) throw new Error("a created account has a user");
  if (account.state === "already-exists") {
    // A listing does not show yet what an earlier attempt of this request has made.
    const [found] = await users.withKept([account.user]);
    if (found !== undefined && isOf(earlier, found, user)) return await takeOver(parts, found, user, call);
    await records.done(user.key);
    throw valueTaken("userName, or an address that people sign in with");
  }
  const made = account.user;
  users.remember(made);
  await afterMade("account", () => records.begin({ key: user.key, kind: "User", id: made.sub }));
  if (account.actionRequired !== undefined) throw new ScimError(500, account.actionRequired);
  return await afterMade("account", async () => {
    const kept = await keepUser(parts, made, undefined, user.kept);
    // Before the request counts as done: its retry must not find the name taken.
    const answer = await userAnswer(parts, { user: made, kept }, call, user.request.groups ?? []);
    await records.done(user.key);
    return answer;
  });
}

async function createAccount(
  { records, provisioner }: ScimParts,
  { request, key, context }: UserCreation,
  call: ScimCall,
): Promise<CreatedAccount> {
  try {
    const making = provisioner.createAccount(request, scimWriteContext(call), call.signal);
    return (await inScimWords(making, context)).result;
  } catch (error) {
    if (isNotMade(error)) await records.done(key);
    throw error;
  }
}

/** The name is in use, unless an earlier attempt of the same request has made the user and was cut off. */
async function finishOrRefuse(
  parts: ScimParts,
  found: FoundUser,
  user: UserCreation,
  call: ScimCall,
): Promise<ScimResource> {
  const { records } = parts;
  if (call.dryRun) throw valueTaken("userName");
  const earlier = await records.unfinished(user.key);
  if (isOf(earlier, found, user)) return await takeOverOrMake(parts, found, user, call);
  if (await isGone(parts, found, call.signal)) return await makeUser(parts, user, call);
  if (earlier !== undefined) await records.done(user.key);
  throw valueTaken("userName");
}

/** Whether the earlier attempt of the request has made the user: its id is known, or it is as the request makes it. */
function isOf(
  earlier: BegunRequest | undefined,
  { user, kept }: FoundUser,
  { request, kept: values, context: { pool } }: UserCreation,
): boolean {
  if (earlier === undefined) return false;
  if (earlier.id !== undefined) return earlier.id === user.sub;
  return !isKeptByAnother(kept, values) && isAccountOfRequest(pool, request, user, earlier.begunAt);
}

/** A listing may still show a user whose creation was taken back. */
async function isGone(
  { directory, users }: ScimParts,
  { user: { sub, username } }: FoundUser,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    await directory.listGroupsOfUser(username, { marker: undefined }, signal);
    return false;
  } catch (error) {
    if (!(error instanceof GovernanceError) || error.reason !== "user-gone") throw error;
    users.rememberDeleted(sub);
    return true;
  }
}

/** A listing may still show a user who is gone, as after a recovery that has taken the creation back (mark 50). */
async function takeOverOrMake(
  parts: ScimParts,
  found: FoundUser,
  user: UserCreation,
  call: ScimCall,
): Promise<ScimResource> {
  try {
    return await takeOver(parts, found, user, call);
  } catch (error) {
    if (!(error instanceof GovernanceError) || error.reason !== "user-gone") throw error;
    parts.users.rememberDeleted(found.user.sub);
    if (!call.dryRun) await parts.records.done(user.key);
    return await makeUser(parts, user, call);
  }
}

/** Makes a user who is there as the request asks. */
async function takeOver(
  parts: ScimParts,
  found: FoundUser,
  { resource, key }: UserCreation,
  call: ScimCall,
): Promise<ScimResource> {
  if (!call.dryRun) await parts.records.begin({ key, kind: "User", id: found.user.sub });
  const made = await writeUser(parts, found, resource, call, { namesAreHeld: true });
  const answer = await userAnswer(parts, made, call);
  if (!call.dryRun) await parts.records.done(key);
  return answer;
}

/** Without an id: nothing was made. */
function wouldBe(resource: ScimResource): ScimResource {
  const { password: _password, ...shown } = resource;
  return shown;
}
