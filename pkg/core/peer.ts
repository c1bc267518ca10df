/** `address:port` without its port, which is another one for each connection. */
export function peerAddress(peer: string): string {
  const colon = peer.lastIndexOf(":");
  return colon < 0 ? peer : peer.slice(0, colon);
}

/** Under which name the shares of a caller are counted. One without a name is known by its address, whatever the port. */
export function shareName(peer: string, caller: string): string {
  return caller === peer ? peerAddress(peer) : caller;
}
