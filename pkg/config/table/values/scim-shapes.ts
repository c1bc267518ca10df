import { SCIM_PATH, VERIFIED_BY_PROVIDER, type VerifiedByProvider } from "../../../core/scim-settings.ts";
import type { Parsed } from "../setting.ts";

/** The base URL without a slash at its end. Okta refuses one with an underscore. */
export function scimBaseUrl(given: string): Parsed<string> {
  const url = URL.parse(given);
  const isPlain =
    url !== null && url.username === "" && url.password === "" && url.search === "" && url.hash === "";
  if (!isPlain || (url.protocol !== "https:" && url.protocol !== "http:")) {
    return {
      problem:
        "must be the http:// or https:// URL that clients use, without a query, such as https://scim.example.com/scim/v2",
    };
  }
  if (url.href.includes("_")) return { problem: "must not contain an underscore: Okta refuses such a URL" };
  const path = url.pathname.replace(/\/+$/, "");
  return { value: `${url.origin}${path === "" ? SCIM_PATH : path}` };
}

/** The full name of a custom attribute of the pool. */
export function customAttribute(given: string): Parsed<string> {
  return /^(?:custom|dev:custom):[^\s:\p{C}]{1,20}$/u.test(given)
    ? { value: given }
    : { problem: "must be the name of a custom attribute of the pool, such as custom:external_id" };
}

export function verifiedByProvider(given: string): Parsed<readonly VerifiedByProvider[]> {
  const words = given.split(",").map((word) => word.trim());
  if (words.length === 1 && words[0] === "none") return { value: [] };
  const value = VERIFIED_BY_PROVIDER.filter((name) => words.includes(name));
  return words.every((word) => VERIFIED_BY_PROVIDER.some((name) => name === word))
    ? { value }
    : { problem: "must be email, phone, both separated by a comma, or none" };
}
