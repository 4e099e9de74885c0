"""What is there before a browser is opened."""

from typing import Any

from tests.api.test_whole_way import get, open_requisition, post

__all__ = ["applicants", "get", "open_requisition", "post"]


def applicants(program: Any, requisition: str, *names: str) -> list[str]:
    """The applications of people of these names, once the board shows them."""
    found = []
    position = 0
    for name in names:
        candidate = post(program, "/candidates", full_name=name)["id"]
        made = post(program, f"/candidates/{candidate}/applications", requisition_id=requisition)
        found.append(made["id"])
        position = made["log_position"]
    get(program, f"/requisitions/{requisition}/board", min_log_position=position)
    return found
