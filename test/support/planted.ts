// Marked texts that must not be printed, the search for them in every form, and a pool that is full of them.
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WRITE_OPERATIONS } from "../../pkg/core/operations.ts";
import { person } from "../cognito/definitions.ts";
import type { FaultRule } from "../cognito/faults.ts";
import { createPool, type Pool, type PoolDefinition } from "../cognito/pool.ts";
import { type ScriptedCognito, startScriptedCognito } from "../cognito/server.ts";

export interface Planted {
  readonly what: string;
  /** Searched for in upper and lower case, and encoded. Letters and digits only, so that no escaping hides it. */
  readonly marker: string;
  /** Where the marker is a part of it: the whole text, whose digests are searched for too. */
  readonly whole?: string;
}

export const VALUE = "zqvalue7x";
export const PHONE = "+15557391846";
export const NAME = "zqname3v";
export const DESCRIPTION = "zqdescription5r";
/** Accepted by every policy here. */
export const PASSWORD = "Aa1!zqpassword5k";
/** No capital, no digit but one, no symbol. */
export const WEAK = "zqweakpassword6";
export const KEY_SECRET = "zqkeysecret8w";
export const SESSION_TOKEN = "zqsession2m";

const PASSWORDS: readonly Planted[] = [
  { what: "password", marker: "zqpassword5k", whole: PASSWORD },
  { what: "weak password", marker: WEAK, whole: WEAK },
];
const KEYS: readonly Planted[] = [
  { what: "AWS secret key", marker: KEY_SECRET },
  { what: "AWS session token", marker: SESSION_TOKEN },
];
const VALUES: readonly Planted[] = [
  { what: "attribute value", marker: VALUE },
  { what: "phone number", marker: PHONE.slice(2) },
];
const NAMES: readonly Planted[] = [{ what: "username", marker: NAME }];

/** What a result must not show. */
export const SECRETS: readonly Planted[] = [...PASSWORDS, ...KEYS];
/** What a result must not show, except in the resources of the protocol. */
export const PRIVATE: readonly Planted[] = [...SECRETS, ...VALUES];
/** What our files must not hold. */
export const NEVER_KEPT: readonly Planted[] = [...PRIVATE, ...NAMES];
/** What log lines and errors must not show. */
export const NEVER_TOLD: readonly Planted[] = [
  ...NEVER_KEPT,
  { what: "group description", marker: DESCRIPTION },
];

/** One line for each planted text that the content holds: in the clear, as UTF-16, hex or base64, or its digest. */
export function leaksIn(
  place: string,
  content: string | Uint8Array,
  planted: readonly Planted[],
): readonly string[] {
  const bytes =
    typeof content === "string"
      ? Buffer.from(content)
      : Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const text = bytes.toString("latin1");
  const lower = text.toLowerCase();
  const { inAnyCase, asWritten, forms } = searchOf(planted);
  // Nearly every content holds none of them, and one pass over it is enough to see that.
  if (!inAnyCase.test(lower) && !asWritten.test(text)) return [];
  return planted.flatMap((each) => {
    const found = forms(each)
      .map(({ form, needle, anyCase }) => ({ form, at: (anyCase ? lower : text).indexOf(needle) }))
      .find(({ at }) => at >= 0);
    if (found === undefined) return [];
    const around = text.slice(Math.max(0, found.at - 80), found.at + 80).replace(/[^ -~]+/g, "·");
    return [`${place} holds the ${each.what} (${found.form}): …${around}…`];
  });
}

interface Form {
  readonly form: string;
  readonly needle: string;
  readonly anyCase: boolean;
}

interface Search {
  readonly forms: (planted: Planted) => readonly Form[];
  /** Any form of any of them. */
  readonly inAnyCase: RegExp;
  readonly asWritten: RegExp;
}

const searches = new WeakMap<readonly Planted[], Search>();

function searchOf(planted: readonly Planted[]): Search {
  const known = searches.get(planted);
  if (known !== undefined) return known;
  const all = new Map(planted.map((each) => [each, formsOf(each)]));
  const forms = [...all.values()].flat();
  const anyOf = (some: readonly Form[]): RegExp =>
    new RegExp(some.map(({ needle }) => literally(needle)).join("|"));
  const search: Search = {
    forms: (each) => all.get(each) ?? [],
    inAnyCase: anyOf(forms.filter(({ anyCase }) => anyCase)),
    asWritten: anyOf(forms.filter(({ anyCase }) => !anyCase)),
  };
  searches.set(planted, search);
  return search;
}

/** As a part of a pattern that matches nothing else. */
function literally(text: string): string {
  return text.replace(/\W/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function formsOf({ marker, whole }: Planted): readonly Form[] {
  const plain = marker.toLowerCase();
  const inAnyCase = (form: string, needle: string): Form => ({ form, needle, anyCase: true });
  return [
    inAnyCase("plain", plain),
    inAnyCase("UTF-16", Buffer.from(plain, "utf16le").toString("latin1")),
    inAnyCase("hex", Buffer.from(marker).toString("hex")),
    ...base64Forms(marker).map((needle) => ({ form: "base64", needle, anyCase: false })),
    ...(whole === undefined ? [] : digests(whole)).map((digest) => inAnyCase("digest", digest.toLowerCase())),
  ];
}

/** The base64 of a text at any place of a longer one, without the characters that its neighbours decide. */
function base64Forms(text: string): readonly string[] {
  return [0, 1, 2].map((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), Buffer.from(text)]);
    const first = Math.ceil((before * 8) / 6);
    return whole.toString("base64").slice(first, Math.floor((whole.length * 8) / 6));
  });
}

function digests(text: string): readonly string[] {
  return ["md5", "sha1", "sha256"].flatMap((name) => {
    const digest = createHash(name).update(text).digest();
    return [digest.toString("hex"), digest.toString("base64").replace(/=+$/, "")];
  });
}

/** Every file below a folder, as its bytes are now. A file that is deleted during the search is left out. */
export function filesBelow(folder: string): readonly { readonly path: string; readonly bytes: Buffer }[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).flatMap((path) => {
    try {
      const whole = join(folder, path);
      return statSync(whole).isDirectory() ? [] : [{ path, bytes: readFileSync(whole) }];
    } catch {
      return [];
    }
  });
}

/** `leaksIn` for every file below a folder, and for their names. */
export function leaksBelow(folder: string, planted: readonly Planted[]): readonly string[] {
  return filesBelow(folder).flatMap(({ path, bytes }) => [
    ...leaksIn(`the name of ${path}`, path, planted),
    ...leaksIn(path, bytes, planted),
  ]);
}

const READS = ["AdminGetUser", "ListUsers", "AdminListGroupsForUser", "GetGroup", "DescribeUserPool"];

/** A message that AWS might send: it quotes the whole request and the stored user. */
export const QUOTE = `1 validation error detected: Value '${VALUE}@example.com' of ${NAME}, ${PHONE}, '${PASSWORD}' or '${WEAK}' failed to satisfy constraint of ${DESCRIPTION}`;

/** The faults that stop a change of two steps, and its undoing. */
const SECOND = ["AdminSetUserPassword", "AdminUserGlobalSignOut", "AdminDeleteUserAttributes"];

export interface Fault {
  readonly title: string;
  readonly rule: FaultRule;
  /** One command in so many meets it when each takes a while; 1 means every command. */
  readonly share: number;
}

function refusal(name: string, share: number): Fault {
  const rule = { operation: WRITE_OPERATIONS, error: { name, message: QUOTE } };
  return { title: `AWS refuses the write with ${name} that quotes`, rule, share };
}

function fault(title: string, rule: FaultRule): Fault {
  return { title, rule, share: 1 };
}

/** The faults that the command line and gRPC are tested with. */
export const FAULTS: readonly Fault[] = [
  refusal("InvalidParameterException", 1),
  refusal("SomethingNewException", 1),
  refusal("CodeDeliveryFailureException", 1),
  fault("AWS refuses the write with a text that quotes in capitals and in the form of a URL", {
    operation: WRITE_OPERATIONS,
    error: {
      name: "InvalidParameterException",
      message: QUOTE.split(" ")
        .map((word) => `${word.toUpperCase()} ${encodeURIComponent(word)}`)
        .join(" "),
    },
  }),
  ...[
    "InvalidPasswordException",
    "PasswordHistoryPolicyViolationException",
    "UsernameExistsException",
    "AliasExistsException",
    "GroupExistsException",
    "UserNotFoundException",
    "ResourceNotFoundException",
    "UnsupportedUserStateException",
    "NotAuthorizedException",
    "AccessDeniedException",
    "LimitExceededException",
    "UserLambdaValidationException",
    "UnexpectedLambdaException",
  ].map((name) => refusal(name, 4)),
  fault("the second step is refused and the first is undone", {
    operation: SECOND,
    error: { name: "InvalidParameterException", message: QUOTE },
  }),
  fault("the second step is refused, and the undoing too", {
    operation: [...SECOND, "AdminDeleteUser"],
    error: { name: "NotAuthorizedException", message: QUOTE },
  }),
  fault("AWS fails inside and quotes", {
    operation: WRITE_OPERATIONS,
    error: { name: "InternalErrorException", message: QUOTE },
    times: 1,
  }),
  fault("the answer is lost, though it is done", { operation: WRITE_OPERATIONS, cut: "after", times: 1 }),
  fault("the call is lost", { operation: WRITE_OPERATIONS, cut: "before", times: 1 }),
  fault("the answer is no JSON", {
    operation: WRITE_OPERATIONS,
    answer: { status: 200, body: `<p>${QUOTE}</p>` },
    times: 1,
  }),
  fault("the answer breaks off", { operation: WRITE_OPERATIONS, cut: "mid-answer", times: 1 }),
  fault("a read is refused", {
    operation: READS,
    error: { name: "InvalidParameterException", message: QUOTE },
  }),
  fault("a read is refused under an unknown name", {
    operation: READS,
    error: { name: "SomethingNewException", message: QUOTE },
  }),
  fault("a read is no JSON", { operation: READS, answer: { status: 200, body: QUOTE }, times: 1 }),
];

export const POOL = "us-east-1_Ab129faBb";

const ATTRIBUTES = {
  name: VALUE,
  given_name: VALUE,
  family_name: VALUE,
  nickname: VALUE,
  locale: VALUE,
  "custom:note": VALUE,
};

/** The sub of each user, by the role of the user in the tests. */
export const SUBS = {
  ann: "00000000-0000-4000-8000-000000000001",
  pending: "00000000-0000-4000-8000-000000000002",
  unconfirmed: "00000000-0000-4000-8000-000000000003",
  disabled: "00000000-0000-4000-8000-000000000004",
  twin: "00000000-0000-4000-8000-000000000005",
  other: "00000000-0000-4000-8000-000000000006",
  signedUp: "00000000-0000-4000-8000-000000000007",
} as const;

export type Who = keyof typeof SUBS;

export const emailOf = (who: string): string => `${VALUE}-${who}@example.com`;

export interface PlantedStage {
  readonly pool: Pool;
  readonly cognito: ScriptedCognito;
  readonly folder: string;
  /** The folder of the journal and the audit log. */
  readonly stateDir: string;
  /** What the files held during any write call. */
  readonly duringWrites: readonly string[];
  /** During how many write calls the journal named a person by sub: what is searched is what is written. */
  readonly seenInJournal: () => number;
  close(): Promise<void>;
}

/**
 * A server over a pool in which every user is planted. The files are searched during write calls, when they hold most,
 * but at most once in `searchEveryMs`.
 */
export async function setPlantedStage(
  searchEveryMs = 0,
  different: Partial<PoolDefinition> = {},
): Promise<PlantedStage> {
  const folder = mkdtempSync(join(tmpdir(), "connector-planted-"));
  const stateDir = join(folder, "state");
  mkdirSync(stateDir, { mode: 0o700 });
  const pool = createPool({
    id: POOL,
    schema: [
      { name: "custom:note", max: 64, min: 0 },
      { name: "custom:level", type: "Number", min: 0, max: 10 },
      { name: "custom:fixed", mutable: false },
    ],
    users: [
      somebody("ann", { groups: ["team", "club"], mfa: ["SOFTWARE_TOKEN_MFA"] }),
      somebody("pending", { status: "FORCE_CHANGE_PASSWORD" }),
      somebody("unconfirmed", { status: "UNCONFIRMED" }),
      somebody("signedUp", { status: "UNCONFIRMED" }),
      somebody("disabled", { enabled: false }),
      somebody("twin", { attributes: { ...ATTRIBUTES, email: emailOf("ann"), email_verified: "false" } }),
      somebody("other", {}),
    ],
    groups: ["team", "club", "crew"].map((name) => ({ name, description: DESCRIPTION })),
    ...different,
  });
  const cognito = await startScriptedCognito({ pools: [pool] });
  const duringWrites: string[] = [];
  let seen = 0;
  let searchedAt = Number.NEGATIVE_INFINITY;
  cognito.script({
    operation: WRITE_OPERATIONS,
    run: ({ operation }) => {
      if (performance.now() - searchedAt < searchEveryMs) return;
      duringWrites.push(...leaksBelow(stateDir, NEVER_KEPT).map((leak) => `during ${operation}, ${leak}`));
      const journal = filesBelow(stateDir).filter(({ path }) => path.includes(".journal.db"));
      if (journal.some(({ bytes }) => Object.values(SUBS).some((sub) => bytes.includes(sub)))) seen += 1;
      searchedAt = performance.now();
    },
  });
  return {
    pool,
    cognito,
    folder,
    stateDir,
    duringWrites,
    seenInJournal: () => seen,
    async close() {
      await cognito.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function somebody(who: Who, over: Parameters<typeof person>[1]): ReturnType<typeof person> {
  const attributes = { ...ATTRIBUTES, email: emailOf(who), phone_number: PHONE, ...over?.attributes };
  return person(0, {
    username: `${NAME}-${who}`,
    sub: SUBS[who],
    mfa: ["SOFTWARE_TOKEN_MFA"],
    ...over,
    attributes,
  });
}
