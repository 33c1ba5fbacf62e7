"""Which run is meant, seen in its present state."""

from builder.core.errors import Error
from builder.core.text import _, quote
from builder.runs.store import Run, Store
from builder.training import supervisor

LEAST = 4  # characters of an id


def open_store() -> Store:
    """The store, after runs whose worker died were given their final status."""
    store = Store()
    supervisor.reap(store)
    return store


def find(store: Store, text: str) -> Run:
    """The run with this id, with this name, or whose id alone begins so.

    Raises: Error P-NONE when there is none, P-MANY when there are several.
    """
    known = store.list()
    for fitting in (
        [run for run in known if run.id == text],
        [run for run in known if run.name == text],
        [run for run in known if len(text) >= LEAST and run.id.startswith(text)],
    ):
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            ids = ", ".join(run.id[:8] for run in fitting[:5])
            words = _("{given} fits {n} runs: {ids}. Give more of the id.")
            raise Error("P-MANY", words.format(given=quote(text), n=len(fitting), ids=ids))
    raise Error("P-NONE", _("No such run: {given}. `netbuilder runs` lists them.").format(given=quote(text)))
