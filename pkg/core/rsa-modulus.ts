// What makes an RSA key easy to break, as far as the public half shows it at a cost of a few milliseconds.

const SMALLEST_BITS = 2048;
/** A larger one takes longer than a call may. */
const LARGEST_BITS = 8192;
/** The Fermat test takes 14 ms for 2048 bits and 50 ms for this many. */
const LARGEST_TESTED_BITS = 4096;
const LARGEST_SMALL_PRIME = 65_536;
/** Factors so close together that this many steps from the root find them. */
const CLOSE_STEPS = 100n;
/** The library of CVE-2017-15361 (ROCA) makes primes that are powers of 65537 modulo each of the primes up to this one. */
const LARGEST_ROCA_PRIME = 701;

let smallPrimes: readonly number[] | undefined;
let product: bigint | undefined;

/** Continues the words `is an RSA key …`; undefined for a key in which no weakness is found. */
export function rsaWeakness(modulus: Uint8Array, exponent: Uint8Array): string | undefined {
  const n = toBigInt(modulus);
  const e = toBigInt(exponent);
  const bits = n === 0n ? 0 : n.toString(2).length;
  if (bits < SMALLEST_BITS) return `of ${bits} bits: give one of ${SMALLEST_BITS} bits or more`;
  if (bits > LARGEST_BITS) return `of ${bits} bits: give one of ${LARGEST_BITS} bits or less`;
  // With an exponent of 1 a ciphertext is the text; Go's RSA takes at most 31 bits.
  if (e < 3n || e > 0x7fff_ffffn || e % 2n === 0n) {
    return "with an exponent that is not an odd number from 3 to 2147483647";
  }
  const isWeak =
    hasSmallFactor(n) ||
    hasCloseFactors(n) ||
    isRoca(n) ||
    (bits <= LARGEST_TESTED_BITS && isProbablyPrime(n));
  return isWeak ? "whose modulus can be factored: make a new key" : undefined;
}

function toBigInt(bytes: Uint8Array): bigint {
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex === "" ? 0n : BigInt(`0x${hex}`);
}

function hasSmallFactor(n: bigint): boolean {
  product ??= primes().reduce((all, prime) => all * BigInt(prime), 1n);
  let [a, b] = [n, product % n];
  while (b !== 0n) [a, b] = [b, a % b];
  return a !== 1n;
}

/** Fermat's factorization, by which CVE-2022-26320 was found. */
function hasCloseFactors(n: bigint): boolean {
  const root = squareRoot(n);
  if (root * root === n) return true;
  for (let step = 1n; step <= CLOSE_STEPS; step += 1n) {
    const rest = (root + step) ** 2n - n;
    if (squareRoot(rest) ** 2n === rest) return true;
  }
  return false;
}

/** Newton's method, from above. */
function squareRoot(n: bigint): bigint {
  if (n < 2n) return n;
  let guess = 1n << BigInt(Math.ceil(n.toString(2).length / 2));
  for (;;) {
    const next = (guess + n / guess) >> 1n;
    if (next >= guess) return guess;
    guess = next;
  }
}

function isRoca(n: bigint): boolean {
  return primes()
    .filter((prime) => prime <= LARGEST_ROCA_PRIME)
    .every((prime) => powersOf65537(prime).has(Number(n % BigInt(prime))));
}

function powersOf65537(prime: number): ReadonlySet<number> {
  const found = new Set<number>();
  for (let power = 1; !found.has(power); power = (power * (65_537 % prime)) % prime) found.add(power);
  return found;
}

/** The Fermat test to the base 2: a prime modulus has no secret at all. */
function isProbablyPrime(n: bigint): boolean {
  let power = 1n;
  for (const bit of (n - 1n).toString(2)) {
    power = (power * power) % n;
    if (bit === "1") power = (power << 1n) % n;
  }
  return power === 1n;
}

/** The primes below the bound. */
function primes(): readonly number[] {
  if (smallPrimes !== undefined) return smallPrimes;
  const composite = new Uint8Array(LARGEST_SMALL_PRIME);
  const found: number[] = [2];
  for (let candidate = 3; candidate < LARGEST_SMALL_PRIME; candidate += 2) {
    if (composite[candidate] === 1) continue;
    found.push(candidate);
    for (let multiple = candidate ** 2; multiple < LARGEST_SMALL_PRIME; multiple += 2 * candidate) {
      composite[multiple] = 1;
    }
  }
  smallPrimes = found;
  return found;
}
