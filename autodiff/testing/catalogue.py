"""The list of everything that differentiates, as docs/ops.md shows it."""

from __future__ import annotations

from autodiff import fft as fft  # so that all ops are declared
from autodiff import linalg as linalg
from autodiff.op import COMPOSITES, OPS, Op

FAMILIES = {
    "elementwise": "of matching elements, so a slope is declared for each argument",
    "linear": "its adjoint, another op, is declared",
    "multilinear": "linear in each argument alone: one flow each is declared",
    "custom": "its vjp is declared; forward mode is the transpose of that",
    "composite": "made of other ops, so nothing is declared",
}


def library() -> list[Op]:
    """Every differentiable function of `autodiff`: ops, and composites of them, by name.

    >>> [f.name for f in library() if f.name.startswith("conv") and f.name.endswith("d")]
    ['conv1d', 'conv2d', 'conv3d', 'conv_transpose1d', 'conv_transpose2d', 'conv_transpose3d']
    """
    known = (*OPS.values(), *COMPOSITES.values())
    own = (f for f in known if f.forward.__module__.startswith("autodiff.ops."))
    return sorted(own, key=lambda f: f.name)


def room(f: Op) -> str:
    """Where it is declared: ``autodiff.ops.reduce`` is the room "reduce"."""
    return f.forward.__module__.rpartition(".")[2]


def table() -> str:
    """A Markdown table of `library`, one row for each function.

    >>> table().splitlines()[0]
    '| op | family | orders | modes | room | what it computes |'
    """
    rows = ["| op | family | orders | modes | room | what it computes |", "|---" * 6 + "|"]
    rows += [
        f"| `{f.name}` | {f.family} | every | reverse, forward | {room(f)} | {_cell(f.doc)} |"
        for f in library()
    ]
    return "\n".join(rows)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def page() -> str:
    """The text of docs/ops.md."""
    found = library()
    counts = {name: sum(f.family == name for f in found) for name in FAMILIES}
    families = "\n".join(f"- **{name}** ({counts[name]}): {FAMILIES[name]}." for name in FAMILIES)
    return f"""# What differentiates

{len(found)} functions of `autodiff`, each to every order and in both modes. `tests/test_rules.py`
holds each of them against numerical derivatives to third order, in reverse and forward mode and
every mixture of the two, and checks that the two modes are each other's transpose, that float32
stays float32, and that nothing is written to: on drawn arguments, with axes of length 0 and 1,
without axes, broadcast, strided, reversed and read-only.

{families}

A name that `autodiff` doesn't export is a building block of others, and shows in drawings.
Functions without a derivative (comparisons, searches, sets, creation...) are in `autodiff` too,
under the names of the Python array API standard.

`python -m autodiff.testing.catalogue > docs/ops.md` makes this page.

{table()}
"""


if __name__ == "__main__":
    import sys

    sys.stdout.write(page())
