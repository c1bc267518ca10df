export const UPPER_CASE = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
export const LOWER_CASE = "abcdefghijklmnopqrstuvwxyz";
export const DIGITS = "0123456789";

/** The symbols that Cognito counts: all 32 of ASCII. Its guide counts a space too, but its API refuses one. */
export const SYMBOLS = "^$*.[]{}()?-\"!@#%&/\\,><':;|_~`+=";

/** The characters of generated passwords. Letters of other alphabets satisfy no rule of Cognito. */
export const PASSWORD_CHARACTERS = UPPER_CASE + LOWER_CASE + DIGITS + SYMBOLS;

/** The longest password that Cognito takes, in every pool. */
export const MAX_PASSWORD_LENGTH = 256;
