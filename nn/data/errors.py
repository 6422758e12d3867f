"""The error of the data loaders."""


class DataError(ValueError):
    """A data file is not what it should be: truncated, too long, foreign, corrupt, not official.

    The message names the file (or the address), what was expected and what came. A file that is
    not there at all is a `FileNotFoundError`.

    Examples
    --------
    >>> issubclass(DataError, ValueError)
    True
    """
