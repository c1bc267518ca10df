import { noteDropped, type ScimParts, scimUserRef, scimWriteContext } from "../parts.ts";
import { checkPreconditions } from "../preconditions.ts";
import { applyPatch } from "../protocol/apply-patch.ts";
import { normalizeBody, withImmutable } from "../protocol/bodies.ts";
import { droppedOf, type PatchOperation } from "../protocol/operations.ts";
import { parsePatch } from "../protocol/patch.ts";
import type { JsonValue, ScimResource } from "../resource.ts";
import { userSchemas } from "../schema/user-schema.ts";
import { ScimError } from "../scim-error.ts";
import type { ScimCall } from "../service.ts";
import { withUnmentioned } from "../unmentioned.ts";
import { groupsOf, shownUser, userAnswer } from "./user-answer.ts";
import type { FoundUser } from "./user-reader.ts";
import { changePool, writeUser } from "./write-user.ts";

/** PUT: what the served schema holds and the body does not is removed; `active` and the password stay as they are. */
export async function replaceUser(
  parts: ScimParts,
  id: string,
  body: JsonValue,
  call: ScimCall,
): Promise<ScimResource> {
  const context = await parts.context(call.signal);
  const schemas = userSchemas(context);
  const { resource, dropped, extensions, emptied } = normalizeBody(body, schemas, "replace");
  noteDropped(parts, "User", dropped);
  return await asOnlyWriter(parts, id, call, async (found) => {
    const current = shownUser(found, undefined, context);
    const groups = emptied.includes("groups") ? { groups: [] } : {};
    const whole = withUnmentioned({ ...resource, ...groups }, current, extensions);
    const wanted = withImmutable(current, whole, schemas);
    return await userAnswer(parts, await writeUser(parts, found, wanted, call), call);
  });
}

export async function patchUser(
  parts: ScimParts,
  id: string,
  body: JsonValue,
  call: ScimCall,
): Promise<ScimResource> {
  const context = await parts.context(call.signal);
  const schemas = userSchemas(context);
  const operations = parsePatch(body, schemas);
  noteDropped(parts, "User", droppedOf(operations));
  return await asOnlyWriter(parts, id, call, async (found) => {
    const { username } = found.user;
    const { recentMembers } = parts.provisioner;
    // A listing may not show yet what was written a moment ago.
    const groups = operations.some(isOfGroups)
      ? await groupsOf(parts, found.user, context, call.signal, (listed) =>
          recentMembers.groupsAsWritten(username, listed),
        )
      : undefined;
    const wanted = applyPatch(shownUser(found, groups, context), operations, schemas);
    const patchedGroups = groups?.map(({ name }) => name);
    const written = await writeUser(parts, found, wanted, call, { patchedGroups });
    return await userAnswer(parts, written, call);
  });
}

function isOfGroups(operation: PatchOperation): boolean {
  return operation.op !== "dropped" && operation.target.definition.name === "groups";
}

/** DELETE: deletes the account, or disables it and hides it from SCIM until a client creates it again. */
export async function removeUser(parts: ScimParts, id: string, call: ScimCall): Promise<void> {
  const { provisioner, records, settings, users } = parts;
  await asOnlyWriter(parts, id, call, async ({ user, kept }) => {
    if (settings.deprovision === "disable") {
      // Of a user who is disabled already too: who removed it is in the audit log.
      await changePool(parts, user, { enabled: false, signOut: true }, call);
      if (call.dryRun) return;
      const { externalId, displayName, values } = kept ?? {
        externalId: undefined,
        displayName: undefined,
        values: {},
      };
      await records.keep({ kind: "User", id: user.sub, hidden: true, externalId, displayName, values });
      return;
    }
    await provisioner.deleteUser(scimUserRef(parts, user), scimWriteContext(call), call.signal);
    if (call.dryRun) return;
    users.rememberDeleted(user.sub);
    await records.forget("User", user.sub);
  });
}

/** Reads the user once no other request changes it, and checks the version that the caller expects. */
async function asOnlyWriter<T>(
  parts: ScimParts,
  id: string,
  call: ScimCall,
  work: (found: FoundUser) => Promise<T>,
): Promise<T> {
  const { users, writer } = parts;
  const { signal } = call;
  const context = await parts.context(signal);
  async function begin(found: FoundUser): Promise<T> {
    await checkPreconditions(call, [
      () => shownUser(found, undefined, context),
      async () => shownUser(found, await groupsOf(parts, found.user, context, signal), context),
    ]);
    return await work(found);
  }
  return await writer.write(
    [`User ${id}`],
    async () => {
      const found = await users.find(id, signal);
      if (found === undefined) throw noUser();
      const { sub } = found.user;
      if (sub === id) return await begin(found);
      // Asked for by its username: others ask for it by its id.
      return await writer.write([`User ${sub}`], () => begin(found), signal);
    },
    signal,
  );
}

export function noUser(): ScimError {
  return new ScimError(404, "there is no such user");
}
