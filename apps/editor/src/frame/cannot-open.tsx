import { ApiFailure } from "../api/client.ts";
import { navigate } from "../route.ts";
import "./cannot-open.css";

/** A whole page that says why nothing can be shown and what to do. */
export function CannotOpen({ failure }: { failure: Error }) {
  const refused = failure instanceof ApiFailure && (failure.status === 401 || failure.status === 403);
  return (
    <main className="cannot-open">
      <h1>{refused ? "This window is not signed in" : "This graph cannot be opened"}</h1>
      <p>
        {refused
          ? "Open the address that Heddle printed when it started: it carries the token for this machine."
          : failure.message}
      </p>
      {!refused && (
        <button className="button" onClick={() => navigate("/")}>
          Back to the gallery
        </button>
      )}
    </main>
  );
}
