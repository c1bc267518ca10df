/**
 * Gives the memory of bytes that are needed no more back at once. V8 counts memory outside its heap, and would mark the whole
 * heap every few hundred large answers. Bytes that share their memory with others are left alone.
 */
export function freeBytes({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}
