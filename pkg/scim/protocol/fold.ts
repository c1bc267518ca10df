/** The one form in which names without regard to letter case are compared, stored and looked up. */
export function foldCase(text: string): string {
  return text.toLowerCase();
}
