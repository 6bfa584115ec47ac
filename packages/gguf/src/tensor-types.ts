// The tensor types of GGUF: numeric id, block length in elements and block size in bytes, from ggml's type table
// (ggml/include/ggml.h and ggml/src/ggml-common.h of llama.cpp v0.4.0).

const table = {
  F32: [0, 1, 4],
  F16: [1, 1, 2],
  Q4_0: [2, 32, 18],
  Q4_1: [3, 32, 20],
  Q5_0: [6, 32, 22],
  Q5_1: [7, 32, 24],
  Q8_0: [8, 32, 34],
  Q8_1: [9, 32, 36],
  Q2_K: [10, 256, 84],
  Q3_K: [11, 256, 110],
  Q4_K: [12, 256, 144],
  Q5_K: [13, 256, 176],
  Q6_K: [14, 256, 210],
  Q8_K: [15, 256, 292],
  IQ2_XXS: [16, 256, 66],
  IQ2_XS: [17, 256, 74],
  IQ3_XXS: [18, 256, 98],
  IQ1_S: [19, 256, 50],
  IQ4_NL: [20, 32, 18],
  IQ3_S: [21, 256, 110],
  IQ2_S: [22, 256, 82],
  IQ4_XS: [23, 256, 136],
  I8: [24, 1, 1],
  I16: [25, 1, 2],
  I32: [26, 1, 4],
  I64: [27, 1, 8],
  F64: [28, 1, 8],
  IQ1_M: [29, 256, 56],
  BF16: [30, 1, 2],
  TQ1_0: [34, 256, 54],
  TQ2_0: [35, 256, 66],
  MXFP4: [39, 32, 17],
  NVFP4: [40, 64, 36],
  Q1_0: [41, 128, 18],
  Q2_0: [42, 64, 18],
} as const satisfies Record<string, readonly [id: number, blockLength: number, blockBytes: number]>;

export type TensorType = keyof typeof table;

/** Every tensor type that this package can size, in the order of their ids. */
export const tensorTypes = Object.keys(table).filter(isTensorType);

export function isTensorType(name: string): name is TensorType {
  return Object.hasOwn(table, name);
}

const typeOfId = new Map<number, TensorType>(tensorTypes.map((type) => [table[type][0], type]));

/** The id a type has in a GGUF file. */
export function tensorTypeId(type: TensorType): number {
  return table[type][0];
}

/** The type with an id, or undefined where the id is unknown. */
export function tensorTypeOfId(id: number): TensorType | undefined {
  return typeOfId.get(id);
}

/** Elements in one block: a row's length must be a multiple of it. */
export function blockLength(type: TensorType): number {
  return table[type][1];
}

/** Bytes of one block. */
export function blockBytes(type: TensorType): number {
  return table[type][2];
}

/** Bytes of `elements` values, which must fill whole blocks. */
export function tensorBytes(type: TensorType, elements: number): number {
  return (elements / blockLength(type)) * blockBytes(type);
}
