import type { ErrorCode, ErrorReason } from "../../core/errors.ts";
import type { AwsFailure } from "./failure.ts";
import { shownText } from "./shown-text.ts";

/** What a failure means for the caller. */
export interface Meaning {
  readonly code: ErrorCode;
  readonly reason?: ErrorReason;
  /** The cause and the cure. */
  readonly message: string;
  /** The same for when a read has shown that the change was not made. */
  readonly notMadeMessage?: string;
}

type Messages = Pick<Meaning, "message" | "notMadeMessage">;

/** The messages of a failure after which the change may have been made. */
export function openOutcome(cause: string, cure: string): Required<Messages> {
  return {
    message: `${cause}, but the change may have been made; read the user, and ${cure}`,
    notMadeMessage: `${cause}; ${cure}`,
  };
}

/** The meaning with every message changed in the same way. */
export function withMessages(meaning: Meaning, change: (message: string) => string): Meaning {
  const { message, notMadeMessage } = meaning;
  return {
    ...meaning,
    message: change(message),
    ...(notMadeMessage === undefined ? {} : { notMadeMessage: change(notMadeMessage) }),
  };
}

/** `$1` in the message is the first group of the pattern, without what may not be shown. */
interface KnownText extends Meaning {
  readonly pattern: RegExp;
}

/** A name of the schema: no value of a user has its form in these texts. */
const NAME = String.raw`\{?((?:custom:|dev:)*[\w.]{1,40})\}?`;

/**
 * Cognito has one error name for many causes. The texts were seen in answers of AWS. `failed-precondition` is about the
 * pool or the user, `invalid-argument` about what the caller gave.
 */
const KNOWN: readonly KnownText[] = [
  // The pool cannot send. AdminCreateUser may have made the account before it finds that out.
  {
    pattern: /does not have sms configuration|sms configuration is (missing|required)|no sms configuration/i,
    code: "failed-precondition",
    reason: "delivery-failed",
    ...openOutcome(
      "the pool has no SMS configuration, so Cognito cannot send a message to a phone",
      "configure SMS in the pool, or deliver by e-mail",
    ),
  },
  {
    pattern: /no attribute matching (the )?(desired )?delivery medium/i,
    code: "failed-precondition",
    reason: "delivery-failed",
    ...openOutcome(
      "the user has no address for the chosen way of delivery",
      "give an e-mail address or a phone number, or deliver another way",
    ),
  },
  {
    pattern: /email address is not verified|not authorized to (use|perform).{0,40}ses\b|ses identity/i,
    code: "failed-precondition",
    reason: "delivery-failed",
    ...openOutcome(
      "Amazon SES does not let the pool send from its address",
      "verify the address in SES, or correct the pool's e-mail settings",
    ),
  },
  {
    pattern: /daily email limit|exceeded.{0,30}email/i,
    code: "resource-exhausted",
    message:
      "the pool has sent all e-mails that it may send today; Cognito's own sender has 50 a day, so configure Amazon SES in the pool, or try again tomorrow",
  },
  {
    pattern: /attempt limit exceeded/i,
    code: "resource-exhausted",
    message: "AWS has had too many attempts for this user; try again in an hour",
  },
  // The user lacks what the change needs.
  {
    pattern: /delivery config set to turn on sms/i,
    code: "failed-precondition",
    reason: "user-state",
    message: "the user has no phone number, which SMS as a second factor needs; set phone_number first",
  },
  {
    pattern: /delivery config set to turn on email/i,
    code: "failed-precondition",
    reason: "user-state",
    message: "the user has no e-mail address, which e-mail as a second factor needs; set email first",
  },
  {
    pattern:
      /delivery config set to turn on software_token|has not verified software token|no software token/i,
    code: "failed-precondition",
    reason: "user-state",
    message: "the user has set up no authenticator app; only the user can do that, after signing in",
  },
  {
    pattern: /no registered\/verified email or phone|no verified (email|phone)/i,
    code: "failed-precondition",
    reason: "user-state",
    message:
      "the user has no verified e-mail address or phone number that the code can be sent to; set one as verified, or set a password instead",
  },
  {
    pattern: /(email|phone[ _]number) is required to verify/i,
    code: "invalid-argument",
    message: "the $1 cannot be marked as verified, since the user has none; set it in the same change",
  },
  {
    pattern: /password reset is not enabled|self[- ]service.{0,40}(not enabled|disabled)/i,
    code: "failed-precondition",
    message: "the pool lets nobody reset a password by a code; set or rotate the password instead",
  },
  {
    pattern: /only one preferred mfa|preferred mfa method must be enabled/i,
    code: "failed-precondition",
    reason: "user-state",
    message: "the user's second factors do not fit together; reset all of them at once",
  },
  {
    pattern: /must be disabled|disable the user (first|before)/i,
    code: "failed-precondition",
    reason: "user-state",
    message: "the user must be disabled first",
  },
  {
    pattern: /only empty groups can be deleted/i,
    code: "failed-precondition",
    reason: "request-refused",
    message: "the group still has members; remove them first",
  },
  {
    pattern: /federated user|external[_ ]provider/i,
    code: "failed-precondition",
    reason: "user-state",
    message:
      "the user signs in with an identity provider, and AWS does not allow this change for such a user",
  },
  // The schema of the pool.
  {
    pattern: new RegExp(`type for attribute ${NAME} could not be determined`, "i"),
    code: "invalid-argument",
    message: "the pool's schema has no attribute $1; add it to the pool, or leave it out",
  },
  {
    pattern: new RegExp(`${NAME}: attribute does not exist in the schema`, "i"),
    code: "invalid-argument",
    message: "the pool's schema has no attribute $1; add it to the pool, or leave it out",
  },
  {
    pattern: new RegExp(`${NAME}: the attribute (?:[\\w.]+ )?is required`, "i"),
    code: "invalid-argument",
    message: "the pool requires the attribute $1; give it a value",
  },
  {
    pattern: /one or more requested attributes do not exist/i,
    code: "failed-precondition",
    message: "an attribute that was asked for is not in the pool's schema",
  },
  {
    pattern: new RegExp(`non-mutable attribute ${NAME}`, "i"),
    code: "invalid-argument",
    message: "the attribute $1 is immutable: it can be set only when the account is made; leave it out",
  },
  {
    pattern: new RegExp(`user\\.${NAME}: attribute cannot be updated`, "i"),
    code: "invalid-argument",
    message:
      "the attribute $1 cannot be updated: it is immutable, or it comes from the user's identity provider; leave it out",
  },
  {
    pattern: new RegExp(`user\\.${NAME}: required attribute cannot be deleted`, "i"),
    code: "invalid-argument",
    message: "the pool requires the attribute $1, so it cannot be deleted; give it another value instead",
  },
  {
    pattern: new RegExp(`user\\.${NAME}: attribute is not set`, "i"),
    code: "failed-precondition",
    message: "the user has no attribute $1",
  },
  {
    pattern: /invalid phone number/i,
    code: "invalid-argument",
    message: "AWS rejects the phone number; write it as + and digits, such as +15555550100",
  },
  {
    pattern: /invalid e-?mail( address)?( format)?/i,
    code: "invalid-argument",
    message: "AWS rejects the e-mail address; check how it is written",
  },
  {
    pattern: new RegExp(`attributes did not conform to the schema: ${NAME}:`, "i"),
    code: "invalid-argument",
    message: "the value of the attribute $1 does not fit the pool's schema; check its type and length",
  },
  // Names.
  {
    pattern: /username should be (either an email or a phone number|an email|a phone number)/i,
    code: "invalid-argument",
    message: "users of this pool sign in with an address, so the username must be $1; give one",
  },
  {
    pattern: /username cannot be of (email|phone number) format/i,
    code: "invalid-argument",
    message:
      "the username has the form of an address of this kind: $1; users of this pool sign in with such an address too, so choose another username",
  },
  {
    pattern: /error while parsing filter|invalid search attribute/i,
    code: "invalid-argument",
    message: "AWS cannot search the pool for this value; name the user by username or sub",
  },
];

/** The meaning with the cause that AWS's text gives: by its name where it is known, else the text without what was sent. */
export function meaningOfText(otherwise: Meaning, { name, text, sent = [] }: AwsFailure): Meaning {
  const shown = (part: string): string => shownText(part, sent);
  const known = LAMBDA_ERRORS.test(name) ? undefined : KNOWN.find(({ pattern }) => pattern.test(text));
  if (known !== undefined) {
    const { pattern, ...meaning } = known;
    const [, found = ""] = pattern.exec(text) ?? [];
    return withMessages(meaning, (message) => message.replace("$1", () => shown(found.toLowerCase())));
  }
  const rules = brokenRules(text);
  if (rules.length > 0) {
    const broken = rules.map(({ member, rule }) => `${member}${rule === "" ? "" : ` (${shown(rule)})`}`);
    return { code: "invalid-argument", message: `AWS rejects ${broken.join(", ")}` };
  }
  const said = shown(text);
  return said === "" ? otherwise : withMessages(otherwise, (message) => `${message}; AWS says: "${said}"`);
}

/** Their text is that of the pool's own code. */
const LAMBDA_ERRORS = /Lambda/;

/** "1 validation error detected: Value 'x' at 'username' failed to satisfy constraint: Member must …" */
function brokenRules(text: string): readonly { readonly member: string; readonly rule: string }[] {
  const pattern = /\bat '([\w.]{1,80})' failed(?: to satisfy constraint)?(?:: ([^;]{0,400}))?/g;
  return [...text.matchAll(pattern)].map(([, member = "", rule = ""]) => ({ member, rule: rule.trim() }));
}
