"""The reports of open networks: made once a revision, the last few of each kept, so that only changes are sent."""

import threading
from collections import OrderedDict

from builder.canvas.wire import Wire, delta, report_json
from builder.graph.networks import Kept

REVISIONS = 4
NETWORKS = 32


class Reports:
    """Reports by network and revision."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._networks: OrderedDict[str, OrderedDict[int, Wire]] = OrderedDict()

    def whole(self, id: str, kept: Kept) -> Wire:
        """The report of a network, checked now: its data may have come meanwhile."""
        from builder.compiler.check import check  # not above: the first page is served without torch

        report = report_json(kept.document, check(kept.document))
        with self._lock:
            of = self._networks.setdefault(id, OrderedDict())
            self._networks.move_to_end(id)
            of[kept.rev] = report
            of.move_to_end(kept.rev)
            while len(of) > REVISIONS:
                of.popitem(last=False)
            while len(self._networks) > NETWORKS:
                self._networks.popitem(last=False)
        return report

    def since(self, id: str, kept: Kept, seen: int) -> Wire:
        """What of the report differs from that of revision `seen`."""
        with self._lock:
            old = self._networks[id].get(seen) if id in self._networks else None
        return delta(self.whole(id, kept), old, seen)
