"""What each writing route is sent by the matrix of who gets what, by the route's name."""

from __future__ import annotations

from typing import Any

BODIES: dict[str, Any] = {
    "make_account": {"username": "ny", "name": "Ny", "role": "planner"},
    "make_key": {"label": "x"},
    "set_password": {"password": "fire ord i en sætning"},
    "set_wishes": {"wishes": []},
    "set_availability": {"blocks": []},
    "lock": {"why": "aftalt"},
    "set_interpreter": {"language": "arabisk"},
    "ask_run": {"time_limit": 1},
    "ask_scenario": {"citizens": 90},
    "approve": {"team": "", "reason": "set igennem"},
    "answer": {"answer": "yes"},
    "keep_week": {"keep": True},
    "give_leave": {"username": "representative", "may": "see", "until": "2020-01-01"},
    "ask_erasure": {"external_id": "en anden"},
    "close_task": {"note": "talt sammen"},
    "ask_change": {"kind": "talk", "how": "phone"},
    "hold_choice": {"choice": 0},
    "cancel_group": {"reason": "syg"},
    "set_seats": {"seats": 9},
    "move_group": {"reason": "syg", "times": [{"day": 1, "start": 600, "end": 660}]},
    "set_goal": {"kind": "job", "words": "i et køkken"},
    "add_sub_goal": {"by_week": "2099-W01", "words": "sove om natten"},
    "move_sub_goal": {"by_week": "2099-W02"},
    "mark_sub_goal": {"done": True},
    "make_agreement": {
        "offering_id": "motion",
        "from_week": "2099-W01",
        "until_week": "2099-W04",
        "sub_goal_id": 1,
        "week_minutes": 60,
        "why": "mere luft",
    },
    "break_agreement": {"week": "2099-W01", "reason": "salen lukker", "made_up": "natur i stedet"},
    "rate_oneself": {"values": {"helbred": 3}},
    "rate_citizen": {"values": {"helbred": 3}},
    "say_help": {"value": 4},
    "try_new": {"yes": True},
    "fill_register": {"marks": []},
    "call_off": {"date": "2099-01-01", "state": "sick"},
    "say_coming": {"date": "2099-01-01", "group_id": 1},
    "receive_text": {"provider_id": "1", "external_id": "ingen", "text": "1"},
}
