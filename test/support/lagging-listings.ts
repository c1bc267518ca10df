import type { Directory } from "../../pkg/core/directory.ts";
import type { Group } from "../../pkg/core/group.ts";
import type { Page } from "../../pkg/core/page.ts";
import type { User } from "../../pkg/core/user.ts";

/** Until `catchUp`, listings of memberships answer what they answered first: those of AWS lag behind a change for a moment. */
export function laggingListings<D extends Directory>(directory: D) {
  let isLagging = true;

  function firstAnswers<T>() {
    const answers = new Map<string, Promise<Page<T>>>();
    return (name: string, marker: string | undefined, read: () => Promise<Page<T>>): Promise<Page<T>> => {
      if (!isLagging) return read();
      const key = JSON.stringify([name, marker]);
      const answer = answers.get(key) ?? read();
      answers.set(key, answer);
      return answer;
    };
  }
  const groups = firstAnswers<Group>();
  const members = firstAnswers<User>();

  const lagging: D = {
    ...directory,
    listGroupsOfUser: (username, page, signal) =>
      groups(username, page.marker, () => directory.listGroupsOfUser(username, page, signal)),
    listMembers: (group, page, signal) =>
      members(group, page.marker, () => directory.listMembers(group, page, signal)),
  };
  const catchUp = (): void => {
    isLagging = false;
  };
  return { lagging, catchUp };
}
