import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { GovernanceError } from "../../core/errors.ts";
import type { Pool } from "../../core/pool.ts";
import { USER_TYPE } from "../../protocol/ids.ts";
import {
  type AccountInfo,
  CreateAccountResponse_ActionRequiredResultSchema as ActionRequiredSchema,
  CreateAccountResponse_AlreadyExistsResultSchema as AlreadyExistsSchema,
  type CreateAccountResponse,
  CreateAccountResponseSchema,
  type Resource,
  CreateAccountResponse_SuccessResultSchema as SuccessSchema,
} from "../../protocol/messages.ts";
import type { AccountRequest, CreatedAccount, Outcome } from "../../provision/provisioner.ts";
import { dryRunAnnotations } from "../outcome-notes.ts";
import { invalidField, notOffered, required } from "../requests.ts";
import { userResource } from "../users.ts";
import { wantedCredential } from "./credential-options.ts";
import { sealedPassword } from "./sealing.ts";
import type { ProvisioningOptions, ProvisioningVerbs } from "./verbs.ts";

export function accountVerbs(
  options: Omit<ProvisioningOptions, "actions">,
): Pick<ProvisioningVerbs, "createAccount"> {
  const { provisioner, pool, sealing, userIdKind } = options;
  return {
    async createAccount(request, context, signal) {
      const { resourceTypeId } = request;
      if (resourceTypeId !== "" && resourceTypeId !== USER_TYPE) {
        throw notOffered("resource_type_id", resourceTypeId, "creating an account");
      }
      const info = required(request.accountInfo, "account_info", "say whose account it is");
      const { emails, loginAliases } = info;
      if (emails.length > MAX_ADDRESSES) throw tooMany("account_info.emails", emails.length);
      if (loginAliases.length > MAX_ADDRESSES)
        throw tooMany("account_info.login_aliases", loginAliases.length);
      const { credential, sealer } = await wantedCredential(request, sealing, { kind: "none" });
      const described = await pool(signal);
      const outcome = await provisioner.createAccount(accountOf(info, credential), context, signal);
      const { user, password } = outcome.result;
      const effect = `the account exists (user ${user?.sub ?? "unknown"})`;
      return create(CreateAccountResponseSchema, {
        result: resultOf(outcome, (account) => resourceOf(account, described)),
        encryptedData: await sealedPassword(sealer, password, effect),
        annotations: dryRunAnnotations(context, outcome),
      });
    },
  };

  function resourceOf({ user }: CreatedAccount, described: Pool | undefined): Resource {
    if (user === undefined) throw new GovernanceError("internal", "the created account was not read back");
    return userResource(user, described, userIdKind);
  }
}

const MAX_ADDRESSES = 100;

function tooMany(field: string, count: number): GovernanceError {
  return invalidField(field, `has ${count} entries; give at most ${MAX_ADDRESSES}`);
}

/** Login aliases are ignored: in Cognito they are attributes, which the profile holds under their names. */
function accountOf(
  { login, emails, profile }: AccountInfo,
  credential: AccountRequest["credential"],
): AccountRequest {
  const primaryFirst = emails.toSorted((a, b) => Number(b.isPrimary) - Number(a.isPrimary));
  return {
    login: login === "" ? undefined : login,
    emails: primaryFirst.map(({ address }) => address).filter((address) => address !== ""),
    profile: new Map(Object.entries(profile ?? {})),
    credential,
  };
}

function resultOf(
  outcome: Outcome<CreatedAccount>,
  resourceOf: (account: CreatedAccount) => Resource,
): CreateAccountResponse["result"] {
  const { result, planned } = outcome;
  // The Baton SDK ignores a result without this flag.
  const marked = { isCreateAccountResult: true };
  if (outcome.outcome === "planned") {
    const message = `dry run: would call ${planned.join(", ")}`;
    return { case: "actionRequired", value: create(ActionRequiredSchema, { ...marked, message }) };
  }
  const resource = resourceOf(result);
  if (result.state === "already-exists") {
    return { case: "alreadyExists", value: create(AlreadyExistsSchema, { ...marked, resource }) };
  }
  if (result.actionRequired !== undefined) {
    const message = result.actionRequired;
    return { case: "actionRequired", value: create(ActionRequiredSchema, { ...marked, resource, message }) };
  }
  const expires = result.invitationExpiresAt;
  const invited = expires === undefined ? {} : { invitationExpiresAt: timestampFromDate(expires) };
  return { case: "success", value: create(SuccessSchema, { ...marked, resource, ...invited }) };
}
