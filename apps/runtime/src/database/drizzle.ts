// drizzle, loaded as CommonJS: Node reads drizzle's package.json (its exports list has thousands of lines) again for each of its
// ES modules, which costs 400 ms at every start; as CommonJS the same code loads in 50 ms.
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

export const core: typeof import("drizzle-orm") = require("drizzle-orm");
export const pg: typeof import("drizzle-orm/pg-core") = require("drizzle-orm/pg-core");
export const proxy: typeof import("drizzle-orm/pg-proxy") = require("drizzle-orm/pg-proxy");
