"""What a router's decorators look like to the type checker."""

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


class Route(Protocol):
    """Registers an endpoint under a path."""

    def __call__(self, path: str) -> Callable[[Endpoint], Endpoint]: ...
