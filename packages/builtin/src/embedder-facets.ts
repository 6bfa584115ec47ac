// What the type of the built-in embedder's vectors says; a test holds it to the files.

export const embedderFacets = {
  /** Fingerprint of the files, as every embedder has one. */
  embedder: "23403a42f58f1eb4fc1b121acdfb4496b8881d3cc87b3275e221da830167c301",
  dimensions: 128,
} as const;
