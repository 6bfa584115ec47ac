// ROUGE-L (Lin 2004) as Google's rouge_score counts it without a stemmer: the longest common subsequence of lower-cased words, as F1.

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
}

export function rougeL(answer: string, reference: string): number {
  const [said, wanted] = [wordsOf(answer), wordsOf(reference)];
  if (said.length === 0 || wanted.length === 0) return 0;
  let before = new Uint32Array(wanted.length + 1);
  let row = new Uint32Array(wanted.length + 1);
  for (const word of said) {
    for (let j = 1; j <= wanted.length; j++)
      row[j] = wanted[j - 1] === word ? before[j - 1]! + 1 : Math.max(before[j]!, row[j - 1]!);
    [before, row] = [row, before];
  }
  const longest = before[wanted.length]!;
  return (2 * longest) / (said.length + wanted.length);
}
