import type { Pool } from "../core/pool.ts";
import type { User } from "../core/user.ts";
import type { UserFacts } from "../core/user-facts.ts";
import { USER_TYPE } from "../protocol/ids.ts";
import type { MessageWriter } from "../protocol/message-writer.ts";
import type { Resource } from "../protocol/messages.ts";
import type { UserIdKind, UserRow } from "./connector.ts";
import { userId, userResource, userStamp } from "./users.ts";
import { writeUserResource } from "./write-rows.ts";

/** What all users of a page share. */
export interface UserRowContext {
  readonly pool: Pool | undefined;
  readonly userIdKind: UserIdKind;
}

/**
 * A class, since V8 puts the accessor of each object literal with a getter into the old generation. From there it holds the
 * getter, and with it the user, until the next full collection: that was most of what a sync had to collect.
 */
export class ListedUserRow implements UserRow {
  readonly user: User;
  readonly resourceTypeId = USER_TYPE;
  readonly resourceId: string;
  readonly #context: UserRowContext;
  readonly #facts: UserFacts | undefined;

  constructor(user: User, context: UserRowContext, facts: UserFacts | undefined) {
    this.user = user;
    this.resourceId = userId(user, context.userIdKind);
    this.#context = context;
    this.#facts = facts;
  }

  get stamp(): string {
    return userStamp(this.user, this.#facts);
  }

  build(): Resource {
    const { pool, userIdKind } = this.#context;
    return userResource(this.user, pool, userIdKind, this.#facts);
  }

  write(into: MessageWriter): void {
    const { pool, userIdKind } = this.#context;
    writeUserResource(into, this.user, pool, userIdKind, this.#facts ?? {});
  }
}
