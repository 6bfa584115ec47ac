// The part of Protocol Buffers' wire format that ONNX files need: varints, 32-bit floats and length-delimited fields.
// https://protobuf.dev/programming-guides/encoding

export type Field = Uint8Array;

const text = new TextEncoder();

function varint(value: number | bigint): number[] {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return bytes;
}

export function integer(field: number, value: number | bigint): Field {
  return Uint8Array.from([...varint(field << 3), ...varint(value)]);
}

export function float(field: number, value: number): Field {
  const bytes = new Uint8Array(varint((field << 3) | 5).length + 4);
  bytes.set(varint((field << 3) | 5));
  new DataView(bytes.buffer).setFloat32(bytes.length - 4, value, true);
  return bytes;
}

export function bytes(field: number, value: Uint8Array): Field {
  return join([Uint8Array.from([...varint((field << 3) | 2), ...varint(value.length)]), value]);
}

export function string(field: number, value: string): Field {
  return bytes(field, text.encode(value));
}

export function message(field: number, fields: readonly Field[]): Field {
  return bytes(field, join(fields));
}

/** A repeated integer field in packed form. */
export function integers(field: number, values: readonly (number | bigint)[]): Field {
  return bytes(field, Uint8Array.from(values.flatMap(varint)));
}

export function join(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
