/** What may stand as a reaction: one emoji, as Unicode lists them, and nothing else. */

// By constructor: the flag `v` and this property are newer than what the sources are compiled for.
const EMOJI = new RegExp("^\\p{RGI_Emoji}$", "v");
const VARIATION = "\u{fe0f}";

/** @returns the emoji as it is kept (with its variation selector, where people leave it out), or null for what is none */
export function emojiOf(text: string): string | null {
  if (EMOJI.test(text)) return text;
  const varied = text + VARIATION;
  return EMOJI.test(varied) ? varied : null;
}
