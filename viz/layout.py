"""From DOT text to a rendered picture, by whichever Graphviz the machine has.

The system's ``dot`` program is used if it is on the PATH, else the Graphviz inside the wheels of
pygraphviz. Either runs as a process of its own: a layout that hangs or crashes takes nothing with
it, and a time limit holds. Both write PNG and PDF with the fonts of the machine; an SVG only names
its font, so it needs none.

What starts processes is imported by the functions that do: most who import `viz` draw nothing yet.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from subprocess import CompletedProcess

Format = Literal["svg", "png", "pdf"]

PNG_DOTS_PER_INCH = "144"

_PYGRAPHVIZ_WORKER = """
import sys
sys.path.append(sys.argv[2])
import pygraphviz
try:
    graph = pygraphviz.AGraph(string=sys.stdin.buffer.read().decode())
    if sys.argv[1] == "png":
        graph.graph_attr["dpi"] = sys.argv[3]
    picture = graph.draw(format=sys.argv[1], prog="dot")
except Exception as error:
    sys.exit(f"{type(error).__name__}: {error}")
sys.stdout.buffer.write(picture)
"""


class LayoutError(RuntimeError):
    """Graphviz is missing, or could not render the drawing."""


def render(dot: str, format: Format, timeout: float = 60.0) -> bytes:
    """Lay out a graph and render it.

    Parameters
    ----------
    dot : str
        A graph in the DOT language.
    format : {"svg", "png", "pdf"}
    timeout : float
        Seconds after which the attempt is given up.

    Returns
    -------
    bytes
        The picture: UTF-8 text for SVG, a file's content for the others.

    Raises
    ------
    LayoutError
        If there is no Graphviz on this machine, or it takes too long, crashes, or refuses `dot`.
    ValueError
        If `format` is none of the three.
    """
    if format not in get_args(Format):
        raise ValueError(f"format is {format!r}, expected 'svg', 'png' or 'pdf'")
    import subprocess

    command = _command(format)
    try:
        done = subprocess.run(
            command,
            input=dot.encode("utf-8", "replace"),
            capture_output=True,
            timeout=timeout,
        )
    except subprocess.TimeoutExpired:
        raise LayoutError(
            f"Graphviz did not finish the layout within {timeout:g} s; draw a smaller graph, or"
            " save it as .dot and run Graphviz yourself"
        ) from None
    except OSError as error:
        raise LayoutError(f"Graphviz could not be started ({command[0]}): {error}") from error
    if done.returncode or not done.stdout:
        raise LayoutError(f"Graphviz could not render the drawing: {_reason(done)}")
    return done.stdout


def _command(format: Format) -> list[str]:
    import shutil

    program = shutil.which("dot")
    if program is not None:
        resolution = [f"-Gdpi={PNG_DOTS_PER_INCH}"] if format == "png" else []
        return [program, f"-T{format}", *resolution]
    spec = importlib.util.find_spec("pygraphviz")
    if spec is not None and spec.origin is not None and sys.executable:
        packages = os.path.dirname(os.path.dirname(spec.origin))
        # -P: a module of the working folder must not stand in for one of Python's own.
        python = [sys.executable, "-P", "-W", "ignore", "-c", _PYGRAPHVIZ_WORKER]
        return [*python, format, packages, PNG_DOTS_PER_INCH]
    raise LayoutError(
        "drawing needs Graphviz, which was not found: pip install 'chainrule[render]' (no other"
        " program needed), or install the system's package (apt install graphviz, brew install"
        " graphviz). Without it a drawing can still be saved as .dot"
    )


def _reason(done: CompletedProcess[bytes]) -> str:
    import signal

    lines = done.stderr.decode("utf-8", "replace").splitlines()
    telling = [line.strip() for line in lines if line.strip() and "Fontconfig" not in line]
    errors = [line.removeprefix("Error: ") for line in telling if line.startswith("Error: ")]
    if telling:
        return "; ".join(errors or telling)[:1000]
    if done.returncode < 0:
        return f"it crashed ({signal.Signals(-done.returncode).name})"
    return f"it gave no picture (exit status {done.returncode})"
