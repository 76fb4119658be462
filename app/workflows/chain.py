"""A chain of desks compiled into one shared, stateless machine.

Never a machine per case: ``machine.events[trigger].trigger(case)`` moves any object with a state.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from transitions import Machine

from app.workflows.desk import Desk, Ending, Trigger

Holds = Callable[[Desk, Any], bool]  # whether a case passes a desk
Row = dict[str, Any]


def compiled(desks: Sequence[Desk], final: str, holds: Holds) -> Machine:
    """Return the machine of a chain; the first desk is the originator's."""
    first = desks[0].state
    reviews = [desk.state for desk in desks if desk.act is Trigger.AGREE]
    table = [row for at in range(len(desks)) for row in _onward(desks, at, final, holds)]
    table += [
        {"trigger": Trigger.DISAGREE, "source": reviews, "dest": Ending.REJECTED},
        {"trigger": Trigger.SEND_BACK, "source": reviews, "dest": Ending.RETURNED},
        {
            "trigger": Trigger.WITHDRAW,
            "source": [first, Ending.RETURNED, *reviews],
            "dest": Ending.WITHDRAWN,
        },
        {
            "trigger": Trigger.CLEAN,
            "source": [*(desk.state for desk in desks), Ending.RETURNED],
            "dest": Ending.CLEANED,
        },
    ]
    return Machine(
        model=None,
        states=[*(desk.state for desk in desks), final, *Ending],
        initial=first,
        transitions=table,
        auto_transitions=False,
        send_event=True,
    )


def _onward(desks: Sequence[Desk], at: int, final: str, holds: Holds) -> list[Row]:
    """Return the ways on from one desk: the first later desk whose condition holds, or the end."""
    here = desks[at]
    source = [here.state, Ending.RETURNED] if at == 0 else here.state
    rows: list[Row] = []
    for later in desks[at + 1 :]:
        rows.append({"trigger": here.act, "source": source, "dest": later.state})
        if not later.when:
            return rows
        rows[-1]["conditions"] = _condition(later, holds)
    return [*rows, {"trigger": here.act, "source": source, "dest": final}]


def _condition(desk: Desk, holds: Holds) -> Callable[[Any], bool]:
    return lambda event: holds(desk, event.model)
