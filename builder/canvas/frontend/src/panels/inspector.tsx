/** What is selected, to be configured: one node, several, notes, or the network as a whole. */

import { graphAt } from "../document/graph";
import { useLooking, useOpened, useStudio } from "../studio";
import { Facts } from "./facts";
import { inspected } from "./inspected";
import { NodeForm } from "./node-form";
import { NoteForm } from "./note-form";
import { SeveralForm } from "./several-form";

export function Inspector() {
  const { layers, t } = useStudio();
  const { document } = useOpened();
  const { nodes, notes } = useLooking();
  const chosen = inspected(document, nodes, layers);
  const written = (graphAt(document, [])?.notes ?? []).filter((note) => notes.includes(note.id));
  return (
    <aside className="nb-ui nb-panel nb-inspector" aria-label={t("inspector.name")}>
      <div className="nb-scroll">
        {chosen.length > 1 && <SeveralForm chosen={chosen} />}
        {chosen.length === 1 && <NodeForm inspected={chosen[0]!} />}
        {!chosen.length && written.map((note) => <NoteForm key={note.id} note={note} />)}
        {!chosen.length && !written.length && <Facts />}
      </div>
    </aside>
  );
}
