/** What errors of one cause have in common: what differs from event to event is taken out. */

const LONGEST = 160;

/**
 * The signature of an error text. Its code and the status that the service answered stay as they are; ids, numbers
 * and names in quotes give way to a sign.
 * @param error `code: text`, secrets removed
 */
export function signatureOf(error: string): string {
  const [, cause = "", text = ""] = /^([a-z-]+:(?: \d{3}\b)?)?(.*)$/s.exec(error) ?? [];
  const common = text
    .replace(/"[^"]*"|'[^']*'|`[^`]*`/g, "‹…›")
    .replace(/\b(private|presence)-[\w.,;@=-]+/g, "$1-‹…›")
    .replace(/\b[0-9a-f]{8,}(-[0-9a-f]+)*\b/gi, "‹id›")
    .replace(/\d+/g, "‹n›")
    .replace(/\s+/g, " ");
  return `${cause}${common}`.trim().slice(0, LONGEST);
}
