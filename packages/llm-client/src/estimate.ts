// Tokens of a text for which no server gave a count: about four bytes of UTF-8 each, as byte-pair vocabularies have it for English.

export function estimateTokens(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    // A surrogate is half of a four-byte character.
    if (unit > 0x7f) bytes += unit > 0x7ff && (unit < 0xd800 || unit > 0xdfff) ? 2 : 1;
  }
  return Math.ceil(bytes / 4);
}

/** Role, separators and the header of the answer take a few tokens a message. */
export function estimatePrompt(messages: readonly { readonly content: string }[]): number {
  return messages.reduce((sum, { content }) => sum + 4 + estimateTokens(content), 3);
}
