/** `address:port` without its port, which is another one for each connection. */
export function peerAddress(peer: string): string {
  const colon = peer.lastIndexOf(":");
  return colon < 0 ? peer : peer.slice(0, colon);
}
