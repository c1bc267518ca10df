// The JSON text of a user without the resource that it is of: lists show many users, and most of them are as the pool has
// them. `pkg/scim/lists/pool-mapping.test.ts` compares both.
import type { User } from "../../core/user.ts";
import { COGNITO_USER_URN, ENTERPRISE_URN, type GroupRef, USER_URN } from "../resource.ts";
import type { Binding, BindingForm } from "./binding.ts";
import { SCIM_CONTACTS } from "./contacts.ts";
import type { MappingContext } from "./context.ts";
import { presentText, valueOfText } from "./forms.ts";
import { locationOf, userIdOf } from "./locations.ts";
import { groupItem, isActive, shownName } from "./user-resource.ts";

/** How much of an attribute an answer shows; `some`: not all that is in it. */
type ShownAmount = "all" | "some" | "none";

interface ShownPlace {
  readonly urn: string | undefined;
  readonly attribute: string;
  readonly sub: string | undefined;
}

export interface UserTexts {
  /** Of a user of whom nothing is kept. `groups` are texts of `group`; undefined: not asked for. */
  user(user: User, groups: readonly string[] | undefined): string;
  group(group: GroupRef): string;
}

/** A part of the text that one attribute of a user gives. */
interface Piece {
  readonly place: ShownPlace;
  /** With its name. `""`: the user has it, and it is not shown. Undefined: the user does not have it. */
  readonly text: (user: User) => string | undefined;
}

/** Undefined where only the resource itself can be shown in part. */
export function userTexts(
  context: MappingContext,
  amountOf: (place: ShownPlace) => ShownAmount,
): UserTexts | undefined {
  if (context.profile !== "strict") return undefined;
  const before = [
    piece(core("userName"), (user) => jsonText(shownName(user, context))),
    ...context.bindings.map((binding) => piece(binding, boundText(binding))),
    ...(context.displayNameAttribute === undefined
      ? [piece(core("displayName"), ({ attributes }) => optionalJson(presentText(attributes, "name")))]
      : []),
    piece(core("active"), (user) => String(isActive(user, context))),
  ];
  const after = [
    piece(cognito("userStatus"), ({ status }) => jsonText(status)),
    ...SCIM_CONTACTS.map(({ source, flag }) =>
      piece(cognito(flag), ({ attributes }) =>
        presentText(attributes, source) === undefined ? undefined : String(attributes.get(flag) === "true"),
      ),
    ),
  ];
  const outer = { groups: amountOf(core("groups")), meta: amountOf(core("meta")) };
  const amounts = [...[...before, ...after].map(({ place }) => amountOf(place)), ...Object.values(outer)];
  if (amounts.includes("some")) return undefined;

  function piece(place: ShownPlace, valueOf: (user: User) => string | undefined): Piece {
    const name = `${jsonText(place.sub ?? place.attribute)}:`;
    const isShown = amountOf(place) === "all";
    return {
      place,
      text(user) {
        const value = valueOf(user);
        if (value === undefined) return undefined;
        return isShown ? name + value : "";
      },
    };
  }

  const location = jsonText(locationOf("User", "", context)).slice(0, -1);
  function metaText({ createdAt, modifiedAt }: User, id: string): string {
    return `"meta":{"resourceType":"User","created":"${createdAt.toISOString()}","lastModified":"${modifiedAt.toISOString()}","location":${location}${escapedId(id)}"}`;
  }

  return {
    group: (group) => JSON.stringify(groupItem(group, context)),
    user(user, groups) {
      const id = userIdOf(user, context);
      const texts = new ObjectTexts();
      for (const one of before) texts.add(one, user);
      if (groups !== undefined && outer.groups === "all") texts.push(`"groups":[${groups.join(",")}]`);
      for (const one of after) texts.add(one, user);
      if (outer.meta === "all") texts.push(metaText(user, id));
      const schemas = [USER_URN, ...EXTENSIONS.filter((urn) => texts.has(urn))];
      return `{"schemas":["${schemas.join('","')}"],"id":${jsonText(id)}${texts.end()}}`;
    },
  };
}

const EXTENSIONS = [ENTERPRISE_URN, COGNITO_USER_URN] as const;

/** The members of a resource, and of the objects that several attributes are put together in. */
class ObjectTexts {
  readonly #members: string[] = [];
  readonly #objects = new Map<string, { readonly at: number; text: string }>();

  /** A member of the resource. */
  push(text: string): void {
    this.#members.push(text);
  }

  add({ place, text }: Piece, user: User): void {
    const shown = text(user);
    if (shown === undefined) return;
    const name = place.urn ?? (place.sub === undefined ? undefined : place.attribute);
    if (name === undefined) {
      if (shown !== "") this.push(shown);
      return;
    }
    const known = this.#objects.get(name);
    if (known !== undefined) {
      if (shown !== "") known.text += known.text === "" ? shown : `,${shown}`;
      return;
    }
    // Its place is that of the first attribute, shown or not.
    this.#objects.set(name, { at: this.#members.length, text: shown });
    this.#members.push("");
  }

  /** Whether something of the object is shown. */
  has(name: string): boolean {
    return (this.#objects.get(name)?.text ?? "") !== "";
  }

  /** All members, each with a comma before it. */
  end(): string {
    for (const [name, { at, text }] of this.#objects) {
      this.#members[at] = text === "" ? "" : `${JSON.stringify(name)}:{${text}}`;
    }
    let all = "";
    for (const member of this.#members) if (member !== "") all += `,${member}`;
    return all;
  }
}

function core(attribute: string): ShownPlace {
  return { urn: undefined, attribute, sub: undefined };
}

function cognito(attribute: string): ShownPlace {
  return { urn: COGNITO_USER_URN, attribute, sub: undefined };
}

/** Forms whose value is the text of the pool, with the same around it for everybody. */
const AROUND_TEXT: ReadonlySet<BindingForm> = new Set([
  "text",
  "reference",
  "dateTime",
  "emails",
  "phoneNumbers",
  "photos",
  "manager",
]);
const ANY_TEXT = "any-text";

function boundText(binding: Binding): Piece["text"] {
  const { name } = binding.source;
  if (!AROUND_TEXT.has(binding.form)) {
    return ({ attributes }) => {
      const value = valueOfText(binding, presentText(attributes, name));
      return value === undefined ? undefined : JSON.stringify(value);
    };
  }
  const around = JSON.stringify(valueOfText(binding, ANY_TEXT));
  const [before = "", after = ""] = around.split(JSON.stringify(ANY_TEXT));
  return ({ attributes }) => {
    const text = presentText(attributes, name);
    return text === undefined ? undefined : before + jsonText(text) + after;
  };
}

function optionalJson(text: string | undefined): string | undefined {
  return text === undefined ? undefined : jsonText(text);
}

/** Without quotes, backslashes, control characters and halves of characters. */
const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\ud7ff\ue000-\uffff]*$/;

/** As JSON.stringify writes it. */
function jsonText(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}

const UNESCAPED = /^[\w-]*$/;

function escapedId(id: string): string {
  return UNESCAPED.test(id) ? id : encodeURIComponent(id);
}
