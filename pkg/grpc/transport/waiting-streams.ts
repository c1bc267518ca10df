/** How many streams wait to begin, by the caller of their connection. */
export interface WaitingStreams {
  /** Takes a place for a stream of the caller, unless there is none. `ofConnection`: how many of its connection wait. */
  take(caller: string, ofConnection: number): boolean;
  give(caller: string): void;
}

const OF_CALLER = 2000;
const OF_ALL = 4000;
/** Also beyond these: who is behind a new connection is not known, and the others of its address may be a flood. */
const OF_CONNECTION = 4;

export function createWaitingStreams(): WaitingStreams {
  const byCaller = new Map<string, number>();
  let all = 0;
  return {
    take(caller, ofConnection) {
      const ofCaller = byCaller.get(caller) ?? 0;
      const isRoom = ofCaller < OF_CALLER && all < OF_ALL;
      if (!isRoom && ofConnection >= OF_CONNECTION) return false;
      byCaller.set(caller, ofCaller + 1);
      all += 1;
      return true;
    },
    give(caller) {
      const left = (byCaller.get(caller) ?? 0) - 1;
      if (left > 0) byCaller.set(caller, left);
      else byCaller.delete(caller);
      all -= 1;
    },
  };
}
