import { generateKeyPairSync, generatePrimeSync } from "node:crypto";
import { describe, expect, test } from "vitest";
import { rsaWeakness } from "./rsa-modulus.ts";

const E65537 = Uint8Array.of(1, 0, 1);
const FACTORED = "whose modulus can be factored: make a new key";

function bytesOf(n: bigint): Uint8Array {
  const hex = n.toString(16);
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), "0"), "hex");
}

function prime(bits: number): bigint {
  return generatePrimeSync(bits, { bigint: true });
}

/** The least probable prime from here on, by the Fermat test. */
function primeAfter(start: bigint): bigint {
  for (let n = start | 1n; ; n += 2n) {
    if ([3n, 5n, 7n, 11n, 13n, 17n, 19n, 23n].some((small) => n % small === 0n)) continue;
    let power = 1n;
    for (const bit of (n - 1n).toString(2)) power = (power * power * (bit === "1" ? 2n : 1n)) % n;
    if (power === 1n) return n;
  }
}

/** A modulus that is a power of 65537 modulo every small prime, as the primes of CVE-2017-15361 make it. */
function rocaModulus(): bigint {
  let product = 2n;
  for (let n = 3n; n <= 701n; n += 2n) {
    let isPrime = true;
    for (let d = 3n; d * d <= n; d += 2n) if (n % d === 0n) isPrime = false;
    if (isPrime) product *= n;
  }
  return ((1n << 2047n) / product + 1n) * product + 65_537n ** 3n;
}

describe("an RSA key", () => {
  test.for([2048, 3072, 4096])("of %i bits as libraries make it is not weak", (modulusLength) => {
    const { publicKey } = generateKeyPairSync("rsa", { modulusLength });
    const { n = "", e = "" } = publicKey.export({ format: "jwk" });
    const [modulus, exponent] = [Buffer.from(n, "base64url"), Buffer.from(e, "base64url")];
    expect(rsaWeakness(modulus, exponent)).toBeUndefined();
    expect(rsaWeakness(modulus, Uint8Array.of(3))).toBeUndefined();
  });

  const large = prime(1024) * prime(1024);
  test.for<[string, () => bigint]>([
    ["an even modulus", () => large & ~1n],
    ["a factor of 3", () => 3n * prime(2047)],
    ["a factor of 65,521", () => 65_521n * prime(2040)],
    ["a prime modulus", () => prime(2048)],
    ["a square", () => (prime(1024) | (3n << 1022n)) ** 2n],
    [
      "two primes in a row",
      () => {
        const first = prime(1024);
        return first * primeAfter(first + 2n);
      },
    ],
    ["primes of the ROCA library", rocaModulus],
  ])("with %s is weak", ([, modulus]) => {
    const n = modulus();
    expect(rsaWeakness(bytesOf(n), E65537)).toBe(FACTORED);
    // Leading zeros change nothing.
    expect(rsaWeakness(Buffer.concat([Buffer.alloc(3), bytesOf(n)]), E65537)).toBe(FACTORED);
  });

  test.for([
    ["1", [1]],
    ["an even exponent", [1, 0, 0]],
    ["0", [0]],
    ["nothing", []],
    ["an exponent of 40 bits", [1, 0, 0, 0, 1]],
  ] as const)("with %s for its exponent is weak", ([, exponent]) => {
    expect(rsaWeakness(bytesOf(large), Uint8Array.from(exponent))).toMatch(/^with an exponent/);
  });

  test.for([0n, 1n, 1n << 1023n, 1n << 2046n, 1n << 8192n])(
    "of another size than 2048 to 8192 bits is weak",
    (n) => {
      expect(rsaWeakness(bytesOf(n), E65537)).toMatch(/^of \d+ bits: give one of/);
    },
  );
});
