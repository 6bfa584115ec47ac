import { useStore } from "zustand";
import { interfaceStore } from "../interface-store.ts";
import { Icon } from "../theme/glyphs.tsx";

function isDark(theme: string): boolean {
  return theme === "dark" || (theme === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
}

/** Switches between light and dark; until it is pressed the system's choice holds. */
export function ThemeButton() {
  const theme = useStore(interfaceStore, (state) => state.theme);
  const dark = isDark(theme);
  const words = dark ? "Switch to the light theme" : "Switch to the dark theme";
  return (
    <button
      className="button icon"
      title={words}
      aria-label={words}
      onClick={() => interfaceStore.setState({ theme: dark ? "light" : "dark" })}
    >
      <Icon name={dark ? "sun" : "moon"} />
    </button>
  );
}
