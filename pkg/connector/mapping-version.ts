/**
 * To be raised with every change that maps the same user, group or membership to another row: a half-read run of another
 * version does not go on, since its rows would not be alike.
 */
export const MAPPING_VERSION = 1;
