// The environment of a worker process: an allow-list, so that no secret of the user's shell reaches a node.
const allowed = new Set([
  "PATH",
  "HOME",
  "USERPROFILE",
  "SystemRoot",
  "TMPDIR",
  "TEMP",
  "TMP",
  "LANG",
  "TZ",
  // Where unfinished downloads wait: everything on disk is in one place.
  "HEDDLE_HOME",
  "HF_ENDPOINT",
  "HEDDLE_ALLOW_HOSTS",
  "NODE_EXTRA_CA_CERTS",
  "LD_LIBRARY_PATH",
]);

export function workerEnvironment(compileCache: string): Record<string, string> {
  const kept = Object.entries(process.env).filter(([name]) => allowed.has(name) || name.startsWith("LC_"));
  const environment: Record<string, string> = { NODE_COMPILE_CACHE: compileCache };
  for (const [name, value] of kept) if (value !== undefined) environment[name] = value;
  return environment;
}
