import type { Catalogue } from "@heddle/schema/node";
import { useEffect, useState } from "react";
import type { Api } from "./api/client.ts";
import { CannotOpen } from "./frame/cannot-open.tsx";
import { Editor } from "./frame/editor.tsx";
import { Gallery } from "./gallery/gallery.tsx";
import { useRoute } from "./route.ts";
import { openSession, type Session } from "./session.ts";
import { SessionContext } from "./use-session.ts";

export function App({ catalogue, api }: { catalogue: Catalogue; api: Api }) {
  const route = useRoute();
  if (route.page === "gallery") return <Gallery catalogue={catalogue} api={api} />;
  return <OpenGraph key={route.id} id={route.id} catalogue={catalogue} api={api} />;
}

function OpenGraph({ id, catalogue, api }: { id: string; catalogue: Catalogue; api: Api }) {
  const [session, setSession] = useState<Session>();
  const [failure, setFailure] = useState<Error>();

  useEffect(() => {
    let opened: Session | undefined;
    let left = false;
    api.graph(id).then((record) => {
      if (left) return;
      opened = openSession(record, catalogue, api);
      setSession(opened);
    }, setFailure);
    return () => {
      left = true;
      opened?.close();
    };
  }, [id, catalogue, api]);

  if (failure) return <CannotOpen failure={failure} />;
  if (!session) return null;
  return (
    <SessionContext value={session}>
      <Editor />
    </SessionContext>
  );
}
