// Exact match and token F1 as SQuAD's own script counts them: lower case, without ASCII punctuation and English articles.

export function normalizedAnswer(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[!-/:-@[-`{-~]/g, "")
    .replaceAll(/\b(a|an|the)\b/g, " ")
    .split(/\s+/)
    .filter((word) => word !== "")
    .join(" ");
}

export function exactMatch(answer: string, reference: string): number {
  return Number(normalizedAnswer(answer) === normalizedAnswer(reference));
}

/** 1 where both are empty, 0 where one is, as SQuAD 2.0 has it. */
export function tokenF1(answer: string, reference: string): number {
  const [said, wanted] = [answer, reference].map((text) => normalizedAnswer(text).split(" ").filter(Boolean));
  if (said!.length === 0 || wanted!.length === 0) return Number(said!.length === wanted!.length);
  const left = new Map<string, number>();
  for (const word of wanted!) left.set(word, (left.get(word) ?? 0) + 1);
  let shared = 0;
  for (const word of said!) {
    const count = left.get(word) ?? 0;
    if (count > 0) shared++;
    left.set(word, count - 1);
  }
  return (2 * shared) / (said!.length + wanted!.length);
}
