"""A drawing: shows itself in a notebook, and saves itself as SVG, PNG, PDF or DOT."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from viz.dot import to_dot
from viz.figure import Figure
from viz.layout import render

if TYPE_CHECKING:
    from pathlib import Path

SUFFIXES = (".svg", ".png", ".pdf", ".dot")


@dataclass(frozen=True, repr=False)
class Drawing:
    """A figure that can be looked at.

    Parameters
    ----------
    figure : Figure
        What is drawn.

    Examples
    --------
    >>> from viz.figure import Figure, FigureEdge, FigureNode
    >>> nodes = FigureNode("n0", "leaf", "x"), FigureNode("n1", "op", "exp")
    >>> drawing = Drawing(Figure(nodes, (FigureEdge("n0", "n1", "0", "1"),)))
    >>> drawing
    Drawing(2 nodes, 1 edge)
    >>> drawing.dot.startswith("digraph")
    True
    """

    figure: Figure

    @property
    def dot(self) -> str:
        """The drawing in the DOT language; needs no Graphviz."""
        return to_dot(self.figure)

    def svg(self) -> str:
        """Render the drawing as one ``<svg>`` element that stands alone or inside HTML.

        Raises
        ------
        LayoutError
            If there is no Graphviz, or it fails.
        """
        text = render(self.dot, "svg").decode("utf-8")
        # What precedes the element names a DTD on the network and the version of Graphviz.
        return text[text.index("<svg") :]

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the drawing to a file, whole or not at all.

        Parameters
        ----------
        path : str or path-like
            The suffix says the format: ``.svg``, ``.png``, ``.pdf`` or ``.dot``. An existing
            file is replaced.

        Returns
        -------
        Path
            The file written.

        Raises
        ------
        ValueError
            If the suffix is none of the four.
        FileNotFoundError
            If the folder does not exist.
        LayoutError
            If there is no Graphviz, or it fails; a ``.dot`` file needs none.
        """
        from pathlib import Path  # here, because importing it takes longer than all of viz

        path = Path(path)
        suffix = path.suffix.lower()
        if suffix not in SUFFIXES:
            raise ValueError(
                f"cannot save a drawing as {path.name!r}:"
                f" the name must end in {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}"
            )
        if not path.parent.is_dir():
            raise FileNotFoundError(
                f"cannot save {path.name!r}: the folder {str(path.parent)!r} does not exist"
            )
        _write_whole(path, self._content(suffix))
        return path

    def _content(self, suffix: str) -> bytes:
        if suffix == ".dot":
            return self.dot.encode()
        if suffix == ".svg":
            return self.svg().encode()
        return render(self.dot, "png" if suffix == ".png" else "pdf")

    def __repr__(self) -> str:
        nodes, edges = len(self.figure.nodes), len(self.figure.edges)
        return f"Drawing({_count(nodes, 'node')}, {_count(edges, 'edge')})"

    def _repr_svg_(self) -> str | None:
        try:
            return self.svg()
        except Exception:
            return None

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        try:
            return {"image/svg+xml": self.svg(), "text/plain": repr(self)}
        except Exception as reason:
            return {"text/plain": f"{self!r}\n{reason}"}


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _write_whole(path: Path, content: bytes) -> None:
    target = path.resolve()
    partial = target.with_name(f".{target.name}.{os.urandom(4).hex()}")
    try:
        partial.write_bytes(content)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
