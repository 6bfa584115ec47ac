// A quick hash of text for groups and buckets; not for content keys, which take SHA-256.

/** 53 bits of a text; another seed, another hash. */
export function hashText(text: string, seed = 0): number {
  // Two lanes with the odd constants of MurmurHash3's finalizer.
  let [low, high] = [0x9e3779b9 ^ text.length ^ seed, 0x85ebca6b];
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    low = Math.imul(low ^ unit, 0x85ebca6b);
    low = (low << 13) | (low >>> 19);
    high = Math.imul(high ^ unit, 0xc2b2ae35);
    high = (high << 17) | (high >>> 15);
  }
  low = Math.imul(low ^ (high >>> 16), 0xc2b2ae35);
  high = Math.imul(high ^ (low >>> 13), 0x85ebca6b);
  return ((high ^ (low >>> 16)) >>> 11) * 0x1_0000_0000 + ((low ^ (high >>> 15)) >>> 0);
}
