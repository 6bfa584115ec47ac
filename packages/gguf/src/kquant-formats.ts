// The formats that only llama.cpp's library writes, as data for specs that load in the browser too.

/** llama.cpp's file types (llama_ftype). All of them work without an importance matrix. */
export const kQuantFileTypes = {
  Q2_K: 10,
  Q3_K_S: 11,
  Q3_K_M: 12,
  Q3_K_L: 13,
  Q4_K_S: 14,
  Q4_K_M: 15,
  Q5_K_S: 16,
  Q5_K_M: 17,
  Q6_K: 18,
  IQ3_S: 26,
  IQ3_M: 27,
  IQ4_XS: 30,
  IQ4_NL: 25,
} as const;

export type KQuantFormat = keyof typeof kQuantFileTypes;

export const kQuantFormats = Object.keys(kQuantFileTypes).filter(isKQuantFormat);

export function isKQuantFormat(format: string): format is KQuantFormat {
  return Object.hasOwn(kQuantFileTypes, format);
}
