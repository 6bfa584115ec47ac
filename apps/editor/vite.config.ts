// The editor is built into dist/ and served by the runtime under /; `vite dev` passes /api on to a runtime on HEDDLE_PORT.
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const server = `http://127.0.0.1:${process.env["HEDDLE_PORT"] ?? "4600"}`;

export default defineConfig({
  root: import.meta.dirname,
  base: "/",
  plugins: [react()],
  build: { target: "esnext", chunkSizeWarningLimit: 2000, assetsInlineLimit: 0, reportCompressedSize: false },
  // Modules, so that the preview worker loads each node when it is first needed.
  worker: { format: "es" },
  server: { proxy: { "/api": { target: server, changeOrigin: true } } },
});
