// Reading of protobuf messages (protobuf.dev/programming-guides/encoding), as far as sentencepiece models need it.

export interface Fields {
  /** Last value of a varint field. */
  number(field: number): number | undefined;
  /** Last value of a 32-bit float field. */
  float(field: number): number | undefined;
  /** Last value of a bytes or string field, empty where absent. */
  bytes(field: number): Uint8Array;
  message(field: number): Fields;
  messages(field: number): Fields[];
}

export function textOf(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}

/** Throws one line that names `place` where the bytes end too early or are no message. */
export function readMessage(bytes: Uint8Array, place: string): Fields {
  const numbers = new Map<number, number>();
  const floats = new Map<number, number>();
  const chunks = new Map<number, Uint8Array[]>();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const broken = (): never => {
    throw new Error(`${place}: is not a protobuf message (byte ${at} of ${bytes.length})`);
  };
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = bytes[at++] ?? broken();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    return broken();
  };
  while (at < bytes.length) {
    const tag = varint();
    const field = Math.floor(tag / 8);
    const wire = tag % 8;
    if (field === 0) broken();
    if (wire === 0) numbers.set(field, varint());
    else if (wire === 2) {
      const length = varint();
      if (at + length > bytes.length) broken();
      const chunk = bytes.subarray(at, at + length);
      const list = chunks.get(field);
      if (list === undefined) chunks.set(field, [chunk]);
      else list.push(chunk);
      at += length;
    } else if (wire === 5 || wire === 1) {
      const width = wire === 5 ? 4 : 8;
      if (at + width > bytes.length) broken();
      if (wire === 5) floats.set(field, view.getFloat32(at, true));
      at += width;
    } else broken();
  }
  const bytesOf = (field: number): Uint8Array => chunks.get(field)?.at(-1) ?? new Uint8Array(0);
  return {
    number: (field) => numbers.get(field),
    float: (field) => floats.get(field),
    bytes: bytesOf,
    message: (field) => readMessage(bytesOf(field), place),
    messages: (field) => (chunks.get(field) ?? []).map((chunk) => readMessage(chunk, place)),
  };
}
