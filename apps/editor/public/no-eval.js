// Before any module: the page's policy allows no code made from text, so zod is told not to try (it works without).
// oxlint-disable-next-line no-underscore-dangle -- zod's own name for it
globalThis.__zod_globalConfig = { jitless: true };
