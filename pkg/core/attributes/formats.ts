/**
 * Why Cognito and its mail cannot use the address. It must be one plain address: no display name, no list. A domain without
 * a dot is refused: no public mail server has such a name, so the account could not be invited, verified or recovered.
 */
export function emailProblem(text: string): string | undefined {
  if (/[\s\p{White_Space}]/u.test(text)) {
    return "must be one plain e-mail address without white space or a display name";
  }
  // \p{C}: control characters, and invisible characters from copied text.
  if (/[\p{C}<>()[\],;:"\\]/u.test(text)) {
    return "must be one plain e-mail address, without brackets, quotes, commas or invisible characters";
  }
  const [local, domain, ...more] = text.split("@");
  if (local === undefined || domain === undefined || local === "" || domain === "" || more.length > 0) {
    return "must be an e-mail address: a name, one @ and a domain";
  }
  const labels = domain.split(".");
  if (labels.length < 2 || labels.includes("")) {
    return "must be an e-mail address whose domain has a dot between names, as in example.com";
  }
  return undefined;
}

/** Strictly E.164. Nothing is removed: a silently changed number could belong to another person. */
export function phoneProblem(text: string): string | undefined {
  if (/^\+[1-9][0-9]{1,14}$/u.test(text)) return undefined;
  if (/^\+?[0-9 ().\-/\u00a0\u2010-\u2015]+$/u.test(text) && /[^+0-9]/u.test(text)) {
    return "must be an E.164 phone number: take out spaces, dashes, dots and parentheses, as in +15551234567";
  }
  return "must be an E.164 phone number: +, country code and number, 2 to 15 digits, as in +15551234567";
}

/** The format of OpenID Connect, 10 characters long. The year 0000 means that the year is not given. */
export function birthdateProblem(text: string): string | undefined {
  return isCalendarDate(text) ? undefined : "must be a date that exists, as YYYY-MM-DD";
}

const TIME = /^(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/u;

/** The part of ISO 8601 that names one day or one moment: a date, or a date and a time with its zone. */
export function dateTimeProblem(text: string): string | undefined {
  const day = text.slice(0, 10);
  const exact = text.length === 10 || (text[10] === "T" && TIME.test(text.slice(11)));
  return exact && isCalendarDate(day)
    ? undefined
    : "must be an ISO 8601 date or date and time with its zone, as 2026-01-31 or 2026-01-31T09:30:00Z";
}

function isCalendarDate(text: string): boolean {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/u.exec(text);
  if (match === null) return false;
  const [year = 0, month = 0, day = 0] = match.slice(1).map(Number);
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
  return day >= 1 && day <= days;
}
