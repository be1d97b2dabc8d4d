"""The one exception for what a user can put right."""


class UserError(Exception):
    """A mistake in a file, a name or a value, told in one line.

    The command line prints the text and leaves with exit code 2; no traceback is shown.
    """

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(message.split()))


class RowsAbsent(UserError):
    """A case's rows are not on this machine and cannot be had from here."""
