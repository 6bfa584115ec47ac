// The one place where the catalogue and the editor meet.
import "@fontsource-variable/inter/index.css";
import "@fontsource-variable/jetbrains-mono/index.css";
import "@xyflow/react/dist/base.css";
import "./theme/theme.css";
import "./theme/controls.css";
import { catalogue } from "@heddle/nodes/catalogue.browser.ts";
import { createRoot } from "react-dom/client";
import { api } from "./api/client.ts";
import { App } from "./app.tsx";
import { applyTheme, interfaceStore } from "./interface-store.ts";

applyTheme(interfaceStore.getState().theme);
interfaceStore.subscribe((state) => applyTheme(state.theme));

// The address printed by `heddle start` carries the token in its fragment, which never leaves the browser by itself.
const token = new URLSearchParams(location.hash.slice(1)).get("token");
if (token) {
  history.replaceState(null, "", location.pathname + location.search);
  await api.openSession(token);
}

const root = document.getElementById("root");
if (root) createRoot(root).render(<App catalogue={catalogue} api={api} />);
