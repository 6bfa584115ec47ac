// Installing a Debian package where this process may; the tests' only use of the system's package manager.
import { spawnSync } from "node:child_process";

const apt = (...args: string[]) =>
  spawnSync("apt-get", args, {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });

let updated = false;

/** True when the package is now installed; otherwise says why not. */
export function installDebianPackage(name: string): boolean {
  if (process.getuid?.() !== 0 || spawnSync("apt-get", ["--version"]).status !== 0) {
    console.log(`cannot install ${name} here: it needs Debian's apt-get and root; install it by hand`);
    return false;
  }
  console.log(`installing ${name} with apt-get`);
  if (!updated) updated = apt("update", "-qq").status === 0;
  const installed = apt("install", "-y", "-qq", "--no-install-recommends", name).status === 0;
  if (!installed) console.log(`apt-get could not install ${name}`);
  return installed;
}
