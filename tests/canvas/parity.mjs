// Plays changes with the rules of the browser: a line of JSON in, a line of JSON out. Bundled and run by test_parity.py.
import { createInterface } from "node:readline";
import { Refused } from "../../builder/canvas/frontend/src/document/apply.ts";
import { after, start } from "../../builder/canvas/frontend/src/document/history.ts";
import { fitted } from "../../builder/canvas/frontend/src/document/template.ts";

let history = null;

function change(change) {
  try {
    history = after(history, change);
    return answer(null);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return answer(error.code);
  }
}

function answer(code) {
  return { document: history.present, undo: history.past.length, redo: history.future.length, code };
}

function play({ document, changes, template, entering }) {
  if (template) return fitted(template, entering ?? undefined);
  if (document) history = start(document);
  return changes.map(change);
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(play(JSON.parse(line)))}\n`);
}
