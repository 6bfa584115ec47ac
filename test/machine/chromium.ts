// Finds Chromium for the browser tests, or installs Debian's.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { installDebianPackage } from "./debian.ts";

const names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

/** Switches every launch here needs: headless, and none of the background requests that a closed network refuses. */
const everywhere = [
  "--headless=new",
  "--no-sandbox",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-quic",
];

export const chromiumArguments = [...everywhere, "--disable-gpu"];

/** WebGPU on a software adapter (SwiftShader), so that it runs where there is no graphics processor. */
export const webgpuArguments = [
  ...everywhere,
  "--enable-unsafe-webgpu",
  "--enable-features=Vulkan",
  "--use-vulkan=swiftshader",
  "--use-angle=swiftshader",
];

export function findChromium(): string | undefined {
  const named = process.env.CHROMIUM;
  if (named !== undefined && existsSync(named)) return named;
  for (const name of names) {
    const found = spawnSync("which", [name], { encoding: "utf8" }).stdout.trim();
    if (found !== "") return found;
  }
  const mac = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";
  return existsSync(mac) ? mac : undefined;
}

export function findOrInstallChromium(): string | undefined {
  const found = findChromium();
  if (found !== undefined) return found;
  return installDebianPackage("chromium") ? findChromium() : undefined;
}
