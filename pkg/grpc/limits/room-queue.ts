/** Calls that wait until there is room, the first one first. */
export interface RoomQueue {
  /**
   * Undefined where there is room, and none waits. Rejects with the reason of the signal when it is aborted; `onTurn` is
   * called in the turn in which there is room, before the call knows of it.
   */
  wait(signal: AbortSignal, onTurn: () => void): Promise<void> | undefined;
  /** There may be room again. */
  serve(): void;
  isEmpty(): boolean;
}

export interface RoomQueueOptions {
  readonly hasRoom: () => boolean;
  /** The last one that waited is gone. */
  readonly onEmpty: () => void;
}

/** One goes on in each turn of the event loop. */
export function createRoomQueue({ hasRoom, onEmpty }: RoomQueueOptions): RoomQueue {
  const waiting = new Set<() => void>();
  let turn: NodeJS.Immediate | undefined;

  function serve(): void {
    if (turn === undefined && waiting.size > 0 && hasRoom()) turn = setImmediate(serveOne);
  }

  function serveOne(): void {
    turn = undefined;
    const [first] = waiting;
    if (hasRoom()) first?.();
    serve();
  }

  return {
    serve,
    isEmpty: () => waiting.size === 0,
    wait(signal, onTurn) {
      if (waiting.size === 0 && hasRoom()) return undefined;
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const leave = (): void => {
        waiting.delete(go);
        signal.removeEventListener("abort", onAbort);
        if (waiting.size === 0) onEmpty();
      };
      const go = (): void => {
        onTurn();
        leave();
        resolve();
      };
      const onAbort = (): void => {
        leave();
        reject(signal.reason);
      };
      signal.addEventListener("abort", onAbort);
      waiting.add(go);
      return promise;
    },
  };
}
