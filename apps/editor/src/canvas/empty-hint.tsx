/** What an empty canvas says: the next step. */
export function EmptyHint() {
  return (
    <div className="empty-hint">
      <p>This graph is empty.</p>
      <p className="muted">
        Press <kbd>/</kbd> and type what you want to do, drag a node here from the left, or paste a graph's text.
      </p>
    </div>
  );
}
