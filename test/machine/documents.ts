// Documents for tests, as bytes: zip archives and Word documents, PDFs of numbered objects; sound ones and such as a user should not have.
import { crc32, deflateRawSync } from "node:zlib";

export interface Entry {
  readonly name: string;
  readonly content: string | Uint8Array;
  /** What the directory says the size is, where it lies. */
  readonly claims?: number;
  readonly attributes?: number;
  readonly encrypted?: boolean;
}

/** A zip archive, deflated. */
export function zip(entries: readonly Entry[]): Uint8Array {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const { name, content, claims, attributes = 0, encrypted = false } of entries) {
    const plain = Buffer.from(content);
    const packed = deflateRawSync(plain);
    const head = Buffer.alloc(26);
    [20, encrypted ? 1 : 0, 8].forEach((value, i) => head.writeUInt16LE(value, 2 * i));
    head.writeUInt32LE(crc32(plain), 10);
    head.writeUInt32LE(packed.length, 14);
    head.writeUInt32LE(claims ?? plain.length, 18);
    head.writeUInt16LE(Buffer.byteLength(name), 22);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(attributes, 6);
    tail.writeUInt32LE(at, 10);
    const local = Buffer.concat([Buffer.from("PK\x03\x04"), head, Buffer.from(name), packed]);
    directory.push(Buffer.concat([Buffer.from("PK\x01\x02\x14\0"), head, tail, Buffer.from(name)]));
    locals.push(local);
    at += local.length;
  }
  const listing = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(listing.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...locals, listing, end]);
}

export const relations =
  '<Relationships><Relationship Id="r1" Type="http://x/officeDocument" Target="word/document.xml"/></Relationships>';

export function word(body: string, more: readonly Entry[] = []): Uint8Array {
  const styles =
    '<w:styles><w:style w:type="paragraph" w:styleId="u1"><w:name w:val="heading 1"/></w:style>' +
    '<w:style w:type="paragraph" w:styleId="x"><w:pPr><w:outlineLvl w:val="1"/></w:pPr></w:style></w:styles>';
  return zip([
    { name: "_rels/.rels", content: relations },
    { name: "word/styles.xml", content: styles },
    { name: "word/document.xml", content: `<w:document><w:body>${body}</w:body></w:document>` },
    ...more,
  ]);
}

export function paragraph(text: string, properties = ""): string {
  return `<w:p><w:pPr>${properties}</w:pPr><w:r><w:t>${text}</w:t></w:r></w:p>`;
}

/** A PDF of numbered objects; `trailer` stands beside /Root 1 0 R. */
function pdf(objects: readonly string[], trailer = ""): string {
  let text = "%PDF-1.4\n";
  const places = objects.map((object, i) => {
    const place = text.length;
    text += `${i + 1} 0 obj\n${object}\nendobj\n`;
    return `${String(place).padStart(10, "0")} 00000 n \n`;
  });
  const size = objects.length + 1;
  return `${text}xref\n0 ${size}\n0000000000 65535 f \n${places.join("")}trailer\n<< /Size ${size} /Root 1 0 R ${trailer} >>\nstartxref\n${text.length}\n%%EOF`;
}

function page(content: string, resources: string): string[] {
  return [
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R /Resources << ${resources} >> >>`,
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
  ];
}

const written = page(
  "BT /F1 24 Tf 10 150 Td (Looms) Tj /F1 10 Tf 0 -30 Td (A loom holds the warp.) Tj 0 -12 Td (Then comes the weft.) Tj ET",
  "/Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >>",
);
export const writtenPdf = pdf(written);
const secret = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
export const encryptedPdf = pdf(
  written,
  `/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <${secret}> /U <${secret}> >> /ID [<${secret.slice(32)}> <${secret.slice(32)}>]`,
);
const chinese =
  "/Font << /F1 << /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 0 >> >>] >> >>";
export const unmappedPdf = pdf(page("BT /F1 16 Tf 10 100 Td <4f60597d> Tj ET", chinese));
export const scannedPdf = pdf([
  ...page("q 200 0 0 200 0 0 cm /I Do Q", "/XObject << /I 5 0 R >>"),
  "<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8 /Length 1 >>\nstream\n\x40\nendstream",
]);

/** 80 MB of nothing in a Word document of 81 kB. */
export function bombWord(): Uint8Array {
  return word("", [{ name: "word/media/zeros.bin", content: new Uint8Array(80 << 20) }]);
}
