"""What can go wrong in a way the program knows: each becomes a kind sentence, or a line for the operator."""


def N_(msgid: str) -> str:  # noqa: N802  gettext's own name for "translate later"
    """Mark a sentence for the catalogue; it is translated where it is shown."""
    return msgid


class KnownError(Exception):
    """Something the person can understand and mend; `say` is an English msgid, `values` fill its placeholders."""

    def __init__(self, say: str, **values: object) -> None:
        super().__init__(say)
        self.say = say
        self.values = values


class NotAllowed(KnownError):
    """The person has no role that may do this."""


class ConsentNeeded(KnownError):
    """The step would store something the person has not agreed to; `purpose` says what for."""

    def __init__(self, purpose: str) -> None:
        super().__init__("consent")
        self.purpose = purpose


class DatabaseAway(Exception):
    """The database cannot be reached or written to; nothing was done, the platform shall deliver again."""


class SetupFault(Exception):
    """The operator must mend something before the program can run; the text is one clear line."""
