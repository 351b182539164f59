"""Who a visitor of the demo may be."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Persona:
    """Somebody to be in the demo."""

    name: str
    title: str
    about: str
    role: str = ""
    chat: str = ""
