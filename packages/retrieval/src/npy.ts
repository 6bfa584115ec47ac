// Typed arrays as .npy files (format 1.0, little-endian, C order), so that numpy opens what an index is made of.

const kinds = {
  "<f4": Float32Array,
  "<u4": Uint32Array,
  "<u2": Uint16Array,
} as const;
type Kind = keyof typeof kinds;
export type Numbers = Float32Array | Uint32Array | Uint16Array;

const magic = "\x93NUMPY\x01\x00";

function kindOf(data: Numbers): Kind {
  if (data instanceof Float32Array) return "<f4";
  return data instanceof Uint32Array ? "<u4" : "<u2";
}

/** The file's bytes: the header, filled up to 64 bytes, and the numbers. `shape` defaults to one axis. */
export function writeNpy(data: Numbers, shape: readonly number[] = [data.length]): Uint8Array {
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const header = `{'descr': '${kindOf(data)}', 'fortran_order': False, 'shape': (${tuple}), }`;
  const start = Math.ceil((magic.length + 2 + header.length + 1) / 64) * 64;
  const bytes = new Uint8Array(start + data.byteLength);
  const text = magic + "\0\0" + header.padEnd(start - magic.length - 3) + "\n";
  for (let i = 0; i < start; i++) bytes[i] = text.charCodeAt(i);
  new DataView(bytes.buffer).setUint16(magic.length, start - magic.length - 2, true);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), start);
  return bytes;
}

/** The numbers of a file that writeNpy wrote; a view of `bytes` where their place in memory allows. `place` names the file in errors. */
export function readNpy<K extends Kind>(bytes: Uint8Array, kind: K, place: string): InstanceType<(typeof kinds)[K]>;
export function readNpy(bytes: Uint8Array, kind: Kind, place: string): Numbers {
  const start = magic.length + 2 + new DataView(bytes.buffer, bytes.byteOffset).getUint16(magic.length, true);
  const header = String.fromCharCode(...bytes.subarray(magic.length + 2, start));
  if (!header.includes(`'${kind}'`))
    throw new Error(`${place}: it holds ${header.trim()}, not numbers of type ${kind}`);
  const View: new (buffer: ArrayBufferLike, offset: number, length: number) => Numbers = kinds[kind];
  const isAligned = (bytes.byteOffset + start) % kinds[kind].BYTES_PER_ELEMENT === 0;
  const length = (bytes.byteLength - start) / kinds[kind].BYTES_PER_ELEMENT;
  const { buffer, byteOffset } = isAligned ? bytes.subarray(start) : new Uint8Array(bytes.subarray(start));
  return new View(buffer, byteOffset, length);
}
