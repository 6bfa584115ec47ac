// A directory artifact: what is known of it (facets) and its files, each to download.
import type { ArtifactSummary } from "@heddle/schema/artifact";
import { printFacet } from "@heddle/schema/print";
import { api } from "../api/client.ts";
import { Icon } from "../theme/glyphs.tsx";
import { bytes, figure } from "../theme/words.ts";
import { useManifest } from "./use-artifact.ts";

export function FilesLook({ output }: { output: ArtifactSummary }) {
  const manifest = useManifest(output.digest);
  const facets = output.type.kind === "rows" ? [] : Object.entries(output.type.facets ?? {});
  if (manifest.state === "loading") return null;
  if (manifest.state === "failed") return <p className="empty">This result cannot be read: {manifest.message}</p>;
  return (
    <div className="files-look">
      <dl className="facets">
        {facets.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className="mono" title={String(value)}>
              {typeof value === "number" ? figure(value) : printFacet(value)}
            </dd>
          </div>
        ))}
        <div>
          <dt>size</dt>
          <dd>{bytes(output.size)}</dd>
        </div>
        <div>
          <dt>digest</dt>
          <dd className="mono" title={output.digest}>
            {output.digest.slice(0, 12)}
          </dd>
        </div>
      </dl>
      <ul className="file-list">
        {(manifest.value.files ?? []).map((file) => (
          <li key={file.path}>
            <span className="mono grow">{file.path}</span>
            <span className="faint">{bytes(file.size)}</span>
            <a
              className="button icon"
              href={api.filePath(output.digest, file.path)}
              download={file.path.split("/").at(-1)}
              aria-label={`Download ${file.path}`}
              title="Download"
            >
              <Icon name="download" />
            </a>
          </li>
        ))}
      </ul>
    </div>
  );
}
