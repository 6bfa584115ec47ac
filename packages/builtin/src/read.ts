// Reads a file that ships with Heddle: from disk in Node, from the page's own server in a browser.

export async function readBuiltin(url: URL, signal?: AbortSignal): Promise<Uint8Array> {
  if (url.protocol === "file:") {
    const { readFile } = await import(/* @vite-ignore */ "node:fs/promises");
    return readFile(url, { signal });
  }
  const response = await fetch(url, signal ? { signal } : {});
  if (!response.ok) throw new Error(`${url.pathname}: status ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}
