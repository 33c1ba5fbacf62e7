import type { FrontendRenderer } from "@streamlit/component-v2-lib";
import type { Data } from "./messages";
import { View } from "./view";

type State = { status: string };

const views = new WeakMap<Element, View>();

/** Streamlit calls this at mount and again at every rerun and change of theme; what it returns runs at removal. */
const mount: FrontendRenderer<State, Data> = ({ parentElement, data, setTriggerValue }) => {
  const parent = parentElement as HTMLElement; // not a shadow root: styles are not isolated
  let view = views.get(parent);
  if (view && view.run === data.run) {
    view.update(data);
  } else {
    view?.remove();
    view = new View(parent, data, (status) => setTriggerValue("status", status));
    views.set(parent, view);
  }
  return () => {
    views.get(parent)?.remove();
    views.delete(parent);
  };
};

export default mount;
