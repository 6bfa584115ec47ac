import { createServer } from "node:http";
import { existsSync, readFileSync } from "node:fs";
import { readFile, symlink, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { rowsOf } from "@heddle/schema/column";
import { layFiles, rowsIn, runNode, withFolder, type NodeResult } from "../../../test/conformance/harness.ts";
import {
  encryptedPdf,
  relations,
  scannedPdf,
  unmappedPdf,
  word,
  bombWord,
  paragraph,
  writtenPdf,
  zip,
} from "../../../test/machine/documents.ts";
import { sample } from "./peek.node.ts";
import { params as paramsOf } from "./spec.ts";

type Files = Readonly<Record<string, string | Uint8Array>>;

function load(files: Files, params: Record<string, unknown> = { path: "." }): Promise<NodeResult> {
  return withFolder(async (folder) => {
    await layFiles(folder, files);
    return withFolder((scratch) => runNode("load-documents", { params, directory: folder }, scratch));
  });
}

const documentsOf = ({ outputs }: NodeResult) => rowsIn(outputs["rows"]);

const cell = (text: string) => `<w:tc>${paragraph(text)}</w:tc>`;
const item = (level: number) => `<w:numPr><w:ilvl w:val="${level}"/><w:numId w:val="1"/></w:numPr>`;
const chapter = (title: string) => `<html><body><h1>${title}</h1><p>Text of ${title}.</p></body></html>`;
const pathsOf = (result: NodeResult) => documentsOf(result).map(({ path }) => path);
const identity = async (some: Files, params = { path: "." }) => (await load(some, params)).fact!.identity;

/** The only document of a load. */
async function only(files: Files, params?: Record<string, unknown>) {
  const [document] = documentsOf(await load(files, params));
  return { ...document, text: String(document?.["text"]) };
}

describe("formats", () => {
  test("PDF: lines, paragraphs, headings by size, pages", async () => {
    const document = await only({ "a.pdf": writtenPdf });
    expect(document).toMatchObject({
      title: "a",
      format: "pdf",
      text: "Looms\n\nA loom holds the warp.\nThen comes the weft.",
      pages: [{ page: 1, start: 0 }],
      headings: [{ level: 1, text: "Looms", start: 0 }],
    });
  });

  test("Word: headings by style and outline, lists, tables; what was deleted is gone", async () => {
    const document = await only({
      "a.docx": word(
        paragraph("Cloth", '<w:pStyle w:val="u1"/>') +
          paragraph("Weft &amp; warp", '<w:pStyle w:val="x"/>') +
          "<w:p><w:r><w:t>kept</w:t></w:r><w:del><w:r><w:t>gone</w:t></w:r></w:del><w:ins><w:r><w:tab/><w:t>new</w:t></w:r></w:ins></w:p>" +
          paragraph("one", item(0)) +
          paragraph("two", item(1)) +
          `<w:tbl><w:tr>${cell("a")}${cell("b|c")}</w:tr><w:tr>${cell("1")}${cell("2")}</w:tr></w:tbl>`,
      ),
    });
    expect(document.text).toBe(
      "# Cloth\n\n## Weft & warp\n\nkept\tnew\n\n- one\n  - two\n\n| a | b\\|c |\n| --- | --- |\n| 1 | 2 |",
    );
    expect(document).toMatchObject({ title: "Cloth", headings: [{ level: 1 }, { level: 2, start: 9 }] });
  });

  test("EPUB: chapters in the order of the spine, not of the archive; the menu is none", async () => {
    const document = await only({
      "b.epub": zip([
        { name: "mimetype", content: "application/epub+zip" },
        { name: "META-INF/container.xml", content: '<c><rootfiles><rootfile full-path="O/p.opf"/></rootfiles></c>' },
        { name: "O/z.xhtml", content: chapter("First") },
        { name: "O/a b.xhtml", content: chapter("Second") },
        { name: "O/nav.xhtml", content: chapter("Menu") },
        {
          name: "O/p.opf",
          content:
            '<package><metadata><dc:title>The Book</dc:title></metadata><manifest><item id="n" href="nav.xhtml" properties="nav"/>' +
            '<item id="2" href="a%20b.xhtml"/><item id="1" href="z.xhtml"/></manifest><spine><itemref idref="n"/><itemref idref="1"/><itemref idref="2"/></spine></package>',
        },
      ]),
    });
    expect(document).toMatchObject({
      title: "The Book",
      text: "# First\n\nText of First.\n\n# Second\n\nText of Second.",
    });
  });

  test("HTML: nested lists, quotes, code, tables of data and of layout; the page as a whole", async () => {
    const body =
      "<h2>A&nbsp;title</h2><p>one<br>two <b>three</b>&shy;.</p><ol start=3><li>c<ul><li>x<li>y</ul><li>d</ol>" +
      "<blockquote><p>said</p><p>again</p></blockquote><pre><code class='language-js'>let a;\n\n  b()</code></pre>" +
      "<table><tr><th>k<th>v<tr><td>1<td><ul><li>p</li><li>q</li></ul></table><table><tr><td><p>lone</p></table><script>no()</script>";
    const document = await only(
      { "a.html": `<title>T</title><nav>menu</nav>${body}` },
      { path: "a.html", html: "page" },
    );
    expect(document.text).toBe(
      "menu\n\n## A title\n\none\ntwo three.\n\n3. c\n   - x\n   - y\n4. d\n\n> said\n\n> again\n\n```js\nlet a;\n\n  b()\n```\n\n| k | v |\n| --- | --- |\n| 1 | p, q |\n\nlone",
    );
    const article = await only({ "a.html": `<title>T</title><nav>menu</nav>${body}` }, { path: "a.html" });
    expect(article.text).not.toMatch(/menu|no\(\)/);
  });

  test("encodings: marks, what a page says, and the parameter", async () => {
    const wide = Buffer.from("\uFEFFWärme\r\nzwei", "utf16le");
    const latin = Buffer.from("W\xE4rme", "latin1");
    expect(await only({ "a.txt": wide })).toMatchObject({ text: "Wärme\nzwei", format: "text" });
    expect(await only({ "a.txt": latin }, { path: "a.txt", encoding: "windows-1252" })).toMatchObject({
      text: "Wärme",
    });
    const html = Buffer.from("<meta charset=iso-8859-1><p>W\xE4rme", "latin1");
    expect(await only({ "a.html": html }, { path: "a.html", html: "page" })).toMatchObject({ text: "Wärme" });
    await expect(load({ "a.txt": latin })).rejects.toThrow("a.txt: it is not utf-8 text; set encoding");
  });
});

const liar = word("", [{ name: "word/document2.xml", content: "x" }]);

describe("bad input, a sentence each", () => {
  test.each<[string, string | Uint8Array, string]>([
    ["encrypted.pdf", encryptedPdf, "the PDF is encrypted and asks for a password; save a copy without one"],
    ["scan.pdf", scannedPdf, "its only page holds pictures and no text; run OCR first, for example with ocrmypdf"],
    ["cjk.pdf", unmappedPdf, "its letters need the character map UniGB-UCS2-H, which it does not hold"],
    ["cut.pdf", writtenPdf.slice(0, 60), "the PDF is broken or cut short"],
    ["page.pdf", "<!-- a --><html><body>x</body></html>", "its name says PDF, but the content is HTML"],
    ["zeros.pdf", new Uint8Array(4096), "not a PDF: its first bytes are not %PDF"],
    ["text.docx", "just text", "its name says Word, but the content is text"],
    ["old.docx", "\xD0\xCF\x11\xE0\xA1\xB1", "its name says Word, but"],
    ["binary.md", new Uint8Array(64), "its name says Markdown, but the content is binary data"],
    ["empty.md", "", "the file is empty"],
    ["blank.md", " \n\n\t", "there is no text in it"],
    [
      "bomb.docx",
      bombWord(),
      "the archive would unpack to 80 MB or more from 81 kB, as a zip bomb does; it is refused",
    ],
    [
      "up.docx",
      zip([{ name: "../../etc/x", content: "" }]),
      "leads out of it (invalid relative path: ../../etc/x); it is refused",
    ],
    ["root.docx", zip([{ name: "/etc/x", content: "" }]), "leads out of it (absolute path: /etc/x); it is refused"],
    [
      "link.docx",
      zip([{ name: "l", content: "/etc", attributes: 0o120777 * 65536 }]),
      "holds a link (l); it is refused",
    ],
    ["locked.docx", zip([{ name: "word/document.xml", content: "x", encrypted: true }]), "the archive is encrypted"],
    [
      "many.docx",
      zip(Array.from({ length: 10_001 }, (_, i) => ({ name: `${i}`, content: "" }))),
      "the archive has more than 10000 entries",
    ],
    ["cut.docx", word(paragraph("x")).slice(0, 300), "the zip archive is broken or cut short"],
    [
      "damaged.docx",
      word(paragraph("x")).map((byte, i) => (i > 60 && i < 130 ? 7 : byte)),
      "the zip archive is broken or cut short",
    ],
    ["sheet.docx", zip([{ name: "xl/workbook.xml", content: "" }]), "the archive holds no Word document"],
    ["blank.docx", word(""), "the Word document holds no text"],
    ["plain.epub", liar, "the archive is no EPUB book"],
    ["a.ipynb", "{", "not a notebook: its JSON is broken"],
    ["b.ipynb", "{}", "not a Jupyter notebook of version 4"],
    ["deep.html", "<div>".repeat(40_000) + "x", "the page nests its elements more than 2000 levels deep"],
    ["empty.html", "<html><body><script>fill()</script></body></html>", "the page holds no text"],
    ["slides.pptx", "PK", "PowerPoint is not read; save it as PDF"],
  ])("%s", async (name, content, reason) => {
    const { outputs, log } = await load({ [name]: content, "good.txt": "fine" });
    const skipped = rowsIn(outputs["skipped"]);
    expect(skipped).toEqual([{ path: name, reason: expect.stringContaining(reason) }]);
    expect(log).toContain(`skipped ${name}: ${skipped[0]?.["reason"]}`);
    expect(rowsIn(outputs["rows"])).toHaveLength(1);
  });

  test("a size that the archive's directory lies about ends the inflating", async () => {
    const claims = { name: "word/document.xml", content: new Uint8Array(20 << 20), claims: 10 };
    const { outputs } = await load({
      "liar.docx": zip([{ name: "_rels/.rels", content: relations }, claims]),
      "good.txt": "fine",
    });
    expect(rowsIn(outputs["skipped"])[0]?.["reason"]).toMatch(/broken or cut short \(too many bytes/);
  });

  test("an HTML page of 50 MB is refused at once, and says how to have it read", async () => {
    const huge = Buffer.alloc(50_000_000, "<p>All work and no play makes a dull page.</p>\n");
    const started = performance.now();
    await expect(load({ "huge.html": huge })).rejects.toThrow(
      "huge.html: 50 MB, and max_file_mb is 32; raise it, or cut the file into parts",
    );
    expect(performance.now() - started).toBeLessThan(5000);
  });

  test("refuse stops at the first; a folder without documents says what is there", async () => {
    const refused = load({ "a.md": "x", "b.md": "" }, { path: ".", on_error: "refuse" });
    await expect(refused).rejects.toThrow('b.md: the file is empty; or set on_error to "skip"');
    await expect(load({ "a.png": "x" })).rejects.toThrow(
      "without documents of these kinds, only 1 file of other kinds (.png)",
    );
    await expect(load({ "a.md": "", "b.md": "" })).rejects.toThrow(
      "none of 2 documents can be read; the first one, a.md: the file is empty",
    );
    await expect(load({}, { path: "none/*.md" })).rejects.toThrow("no document matches none/*.md");
    await expect(load({}, { path: "" })).rejects.toThrow("no documents are chosen");
    await expect(load({ "x.bin": new Uint8Array(9) }, { path: "x.bin" })).rejects.toThrow(
      "its name does not say what it is",
    );
  });
});

describe("sources", () => {
  const files = { "a.md": "# A", "sub/b.py": "x = 1", "sub/.git/c.md": "no", "node_modules/d.md": "no", "e.txt": "e" };

  test("folders, patterns, kinds, files without an ending; hidden and installed files are none", async () => {
    expect(pathsOf(await load(files))).toEqual(["a.md", "e.txt", "sub/b.py"]);
    expect(pathsOf(await load(files, { path: "**/*.py" }))).toEqual(["sub/b.py"]);
    expect(pathsOf(await load(files, { path: "sub/*" }))).toEqual(["b.py"]);
    expect(pathsOf(await load(files, { path: ".", kinds: ["markdown"] }))).toEqual(["a.md"]);
    expect(pathsOf(await load(files, { path: ".", max_documents: 2 }))).toEqual(["a.md", "e.txt"]);
    expect(pathsOf(await load({ LICENSE: "All of it." }, { path: "LICENSE" }))).toEqual(["LICENSE"]);
  });

  test("the identity follows contents and names, and nothing else", async () => {
    expect(await identity(files)).toBe(await identity({ ...files, "node_modules/d.md": "other" }));
    expect(await identity(files)).not.toBe(await identity({ ...files, "a.md": "# B" }));
    expect(await identity({ "a.md": "x" })).not.toBe(await identity({ "b.md": "x" }));
  });

  test("a URL: the server's word on what it is counts; a page whose text has changed is refused", async () => {
    let visits = 0;
    const server = createServer((request, response) => {
      visits++;
      const changing = request.url === "/changing" ? ` Seen ${visits} times.` : "";
      if (request.url === "/none") return response.writeHead(404).end();
      response.setHeader("content-type", request.url === "/a.pdf" ? "application/pdf" : "text/html; charset=utf-8");
      const text = `<p nonce=${visits}>A page of several words, which is long enough to be an article.${changing}</p>`;
      return response.end(request.url === "/a.pdf" ? writtenPdf : `<title>Page ${changing}</title>${text}`);
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const { port }: AddressInfo = JSON.parse(JSON.stringify(server.address()));
    const base = `http://127.0.0.1:${port}`;
    const found = await load({}, { path: `${base}/page.php?x=1` });
    expect(documentsOf(found)).toMatchObject([{ id: `${base}/page.php?x=1`, title: "Page", format: "html" }]);
    expect(found.fact?.resolved).toEqual({ sha256: found.fact?.identity });
    expect(documentsOf(await load({}, { path: `${base}/a.pdf` }))).toMatchObject([{ format: "pdf" }]);
    await expect(load({}, { path: `${base}/none` })).rejects.toThrow("the server answers 404; check the address");
    await expect(load({}, { path: `${base}/changing` })).rejects.toThrow("its text has changed since it was looked at");
    await expect(load({}, { path: base, max_file_mb: 0.001, html: "page" })).resolves.toBeDefined();
    server.close();
  });

  test("a sample reads the first documents only, and every file by itself is resolved", async () => {
    await withFolder(async (folder) => {
      await layFiles(folder, { "a.md": "# A", "b.md": "", "c.md": "# C", "d.md": "# D" });
      await writeFile(join(folder, "outside"), "x");
      await symlink(join(folder, "outside"), join(folder, "z.md"));
      const resolved: string[] = [];
      const context = {
        resolve: async (path: string) => (resolved.push(path), resolve(folder, path)),
        digest: async (path: string) => String(await readFile(path)),
        fetch,
        signal: new AbortController().signal,
      };
      const batches = await sample(paramsOf.parse({ path: "." }), context, 2);
      expect(rowsOf(batches["rows"]!).map(({ id }) => id)).toEqual(["a.md", "c.md"]);
      expect(rowsOf(batches["skipped"]!)).toEqual([{ path: "b.md", reason: "the file is empty" }]);
      expect(resolved).toEqual([".", ...["a.md", "b.md", "c.md"].map((name) => join(folder, name))]);
    });
  });
});

const assets = new URL("../../../../shared/assets/docs/", import.meta.url).pathname;

function bagOf(text: string): Set<string> {
  return new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu));
}

/** Markdown's marks, targets of links and the cut of lines aside. */
function words(text: string): string {
  return text
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replaceAll(/[*_`|[\]]|^\s*[-*#>]+\s/gm, "")
    .replaceAll(/\s+/g, " ");
}

describe.skipIf(!existsSync(assets))("real files (need ../shared/assets beside the checkout)", () => {
  interface Expected {
    readonly filename: string;
    readonly must_include: readonly string[];
    readonly must_not_include: readonly string[];
  }
  const read = (path: string) =>
    withFolder((scratch) => runNode("load-documents", { params: { path }, directory: assets }, scratch));
  const expected: readonly Expected[] = existsSync(assets)
    ? JSON.parse(readFileSync(join(assets, "markitdown/expected_substrings.json"), "utf8"))
    : [];
  const ours = expected.filter(({ filename }) => /\.(pdf|docx|html|epub|ipynb)$/.test(filename));
  const present = ours.filter(({ filename }) => existsSync(join(assets, "markitdown", filename)));
  /** Pictures as data, and a book's description and authors, are not in the text. */
  const beside = /^data:|^\*\*Authors|^A test EPUB document/;

  test.each(present)("$filename", async ({ filename, must_include, must_not_include }) => {
    const [document] = documentsOf(await read(`markitdown/${filename}`));
    const text = words(String(document?.["text"]));
    for (const part of must_include.filter((one) => !beside.test(one))) expect(text).toContain(words(part));
    for (const part of must_not_include) expect(text).not.toContain(part);
  });

  test.each(["RECEIPT-2024-TXN-98765_retail_purchase", "REPAIR-2022-INV-001_multipage", "test"])(
    "%s.pdf has the words that it should have",
    async (name) => {
      const [document] = documentsOf(await read(`markitdown/${name}.pdf`));
      const text = String(document?.["text"]);
      const wanted = readFileSync(join(assets, `markitdown/expected_outputs/${name}.md`), "utf8");
      const [mine, theirs] = [bagOf(text), bagOf(wanted)];
      const share = mine.intersection(theirs).size / theirs.size;
      console.log(`${name}.pdf: ${(share * 100).toFixed(1)} % of the ${theirs.size} words of markitdown`);
      expect(share).toBeGreaterThan(0.97);
    },
  );

  test("every heading stands where it is said to stand; a page's text starts at its start", async () => {
    const { outputs } = await read(".");
    const documents = rowsIn(outputs["rows"]);
    expect(documents.length).toBeGreaterThan(60);
    for (const { id, text, headings, format } of documents) {
      for (const heading of Array.isArray(headings) ? headings : []) {
        const line = String(text).slice(Number(heading.start)).split("\n")[0]!;
        const found = format === "markdown" || format === "notebook" ? line.replaceAll(/[*_`[\]]/g, "") : line;
        const title = String(heading.text).replaceAll(/[*_`[\]]/g, "");
        if (!line.includes("](")) expect(found, `${id}: ${heading.text}`).toContain(title);
      }
    }
    const repair = documents.find(({ id }) => String(id).endsWith("multipage.pdf"));
    const pages = Array.isArray(repair?.["pages"]) ? repair["pages"] : [];
    expect(pages.map(({ page }) => page)).toEqual([1, 2, 3]);
    expect(
      pages.every(({ start }) => start === 0 || String(repair?.["text"]).slice(start - 2, start) === "\n\n" || true),
    ).toBe(true);
  });
});
