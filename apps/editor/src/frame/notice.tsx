// One sentence for the user, near the place it is about.
import { useStore } from "zustand";
import { interfaceStore } from "../interface-store.ts";
import "./notice.css";

export function Notice() {
  const notice = useStore(interfaceStore, (state) => state.notice);
  const place = notice?.at && {
    left: Math.min(Math.max(notice.at.x, 150), window.innerWidth - 150),
    top: Math.min(notice.at.y + 18, window.innerHeight - 80),
    bottom: "auto",
  };
  return (
    <div role="status" aria-live="polite">
      {notice && (
        <div key={notice.key} className="notice" style={place}>
          {notice.text}
          <button
            className="notice-close"
            aria-label="Close this message"
            onClick={() => interfaceStore.setState({ notice: undefined })}
          >
            ×
          </button>
        </div>
      )}
    </div>
  );
}
