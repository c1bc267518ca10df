export const UPPER_CASE = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
export const LOWER_CASE = "abcdefghijklmnopqrstuvwxyz";
export const DIGITS = "0123456789";

/** The symbols that Cognito counts: all 32 of ASCII. A space counts in its guide only, and its API refuses one. */
export const SYMBOLS = "^$*.[]{}()?-\"!@#%&/\\,><':;|_~`+=";

/** Everything that a password of ours is made of. Letters of other alphabets satisfy no rule of Cognito. */
export const PASSWORD_CHARACTERS = UPPER_CASE + LOWER_CASE + DIGITS + SYMBOLS;

/** What Cognito takes at most, in every pool. */
export const MAX_PASSWORD_LENGTH = 256;
