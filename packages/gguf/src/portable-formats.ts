// The formats that this package writes itself, as data for specs.

/** general.file_type of each format (llama.cpp's llama_ftype). */
export const portableFileTypes = { F32: 0, F16: 1, Q4_0: 2, Q4_1: 3, Q8_0: 7, Q5_0: 8, Q5_1: 9, BF16: 32 } as const;

/** The formats written without llama.cpp. */
export type PortableFormat = keyof typeof portableFileTypes;

export const portableFormats: readonly PortableFormat[] = [
  "F32",
  "F16",
  "BF16",
  "Q8_0",
  "Q5_1",
  "Q5_0",
  "Q4_1",
  "Q4_0",
];

export function isPortableFormat(format: string): format is PortableFormat {
  return Object.hasOwn(portableFileTypes, format);
}
