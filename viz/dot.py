"""A `Figure` as text in Graphviz's DOT language.

Each edge is one thin arrow that carries both numbers: the value above the line, the gradient
below it in colour behind a small arrow that points back. The other design, a second, thicker
arrow running back under each forward one as in the apple-tax figure of *Deep Learning from
Scratch*, was drawn too and read worse: where edges bend towards the same node its arrows merge
with their neighbours and bury the arrowheads, which a single line never does.

An edge with numbers becomes a small node of its own, ``edge-0``, ``edge-1``..., a table whose
middle row (or column) continues the line. So Graphviz reserves the room that the numbers need,
no line can run through them, and they sit at the same place on every edge.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from viz.figure import Direction, Figure, FigureEdge, FigureNode

if TYPE_CHECKING:
    from graphviz import Digraph

INK = "#1f2933"
FAINT_INK = "#5f6b7a"
LEAF_FILL = "#e9eef5"
# 5.2:1 against white; apart from the ink by hue and lightness also for colour-blind eyes.
GRADIENT_COLOUR = "#c2410c"
FONT = "Helvetica,Arial,sans-serif"

LABEL_LENGTH = 40
NUMBERS_LENGTH = 80
TOOLTIP_LENGTH = 400

_NODE_STYLE = {
    "leaf": {"shape": "box", "style": "rounded,filled", "fillcolor": LEAF_FILL, "color": LEAF_FILL},
    "constant": {"shape": "box", "style": "rounded", "color": LEAF_FILL, "fontcolor": FAINT_INK},
    "output": {"shape": "box", "style": "", "color": "transparent"},
}
_TABLE = '<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0">{}</TABLE>'


# For each direction: where a line enters and leaves its table, and how a gradient points back.
_SENSES = {
    "LR": ("w", "e", "← {}"),
    "RL": ("e", "w", "{} →"),
    "TB": ("n", "s", "↑ {}"),
    "BT": ("s", "n", "↓ {}"),
}


def to_dot(figure: Figure) -> str:
    """Write a figure in the DOT language, the same text for the same figure, byte for byte.

    Parameters
    ----------
    figure : Figure

    Returns
    -------
    str
        DOT source. Its nodes bear the figure's ids, and ``edge-0``, ``edge-1``... those of the
        edges that carry numbers, counted in the figure's order.

    Examples
    --------
    >>> from viz.figure import Figure, FigureEdge, FigureNode
    >>> apple, tax = FigureNode("n0", "leaf", "apple"), FigureNode("n1", "op", "×")
    >>> print(to_dot(Figure((apple, tax), (FigureEdge("n0", "n1"),))).splitlines()[-2].strip())
    n0 -> n1
    """
    import graphviz

    graph = graphviz.Digraph(
        "computation",
        graph_attr={
            "rankdir": figure.direction,
            "ordering": "in",
            "nodesep": "0.16",
            "ranksep": "0.24",
            "pad": "0.15",
            "bgcolor": "white",
            "fontname": FONT,
        },
        node_attr={"fontname": FONT, "fontsize": "14", "fontcolor": INK, "color": INK},
        edge_attr={"fontname": FONT, "color": INK, "arrowsize": "0.65"},
    )
    for node in figure.nodes:
        _add_node(graph, node)
    for index, edge in enumerate(figure.edges):
        _add_edge(graph, f"edge-{index}", edge, figure.direction)
    return str(graph.source)


def _add_node(graph: Digraph, node: FigureNode) -> None:
    label = dot_text(node.label)
    if node.kind == "output" and not label:
        style = {"shape": "point", "width": "0.08"}
    elif node.kind != "op":
        style = {"margin": "0.09,0.03", "height": "0.32", "width": "0.32", **_NODE_STYLE[node.kind]}
    elif len(node.label) <= 3:
        size = "18" if len(node.label) <= 2 else "14"
        style = {"shape": "circle", "width": "0.5", "margin": "0", "fontsize": size}
    else:
        style = {"shape": "box", "style": "rounded", "height": "0.4", "margin": "0.14,0.05"}
    tooltip = _tooltip(node.tooltip or node.label)
    graph.node(node.id, label, tooltip=tooltip, **{"class": node.kind}, **style)


def _add_edge(graph: Digraph, id: str, edge: FigureEdge, direction: Direction) -> None:
    if edge.value is None and edge.gradient is None:
        graph.edge(edge.tail, edge.head)
        return
    entry, exit, backward = _SENSES[direction]
    value = _lines(edge.value)
    gradient = _lines(None if edge.gradient is None else backward.format(edge.gradient))
    table = _across(value, gradient) if direction in ("LR", "RL") else _beside(value, gradient)
    named = (("value", edge.value), ("gradient", edge.gradient))
    tooltip = _tooltip("\n".join(f"{name} {text}" for name, text in named if text is not None))
    graph.node(id, f"<{table}>", shape="plain", fontsize="12", tooltip=tooltip, **{"class": "edge"})
    # The two halves end inside the table's line: clipped at its border they would leave a gap.
    graph.edge(edge.tail, f"{id}:line:{entry}", headclip="false", arrowhead="none")
    graph.edge(f"{id}:line:{exit}", edge.head, tailclip="false")


def _lines(text: str | None) -> list[str]:
    """The escaped lines of an edge's text; the shape of an array gets a line of its own."""
    if not text:
        return []
    if len(text) > 12:
        text = text.replace(") ", ")\n", 1)
    return [dot_text(line, NUMBERS_LENGTH) for line in text.split("\n", 1)]


def _across(value: list[str], gradient: list[str]) -> str:
    """A horizontal edge's table: as many lines above as below keep its line in the middle."""
    height = max(len(value), len(gradient), 1)
    above = [" "] * (height - len(value)) + value
    below = gradient + [" "] * (height - len(gradient))
    end = f'<TD WIDTH="1" HEIGHT="1" BGCOLOR="{INK}"></TD>'
    line = f'{end}<TD PORT="line" HEIGHT="1" BGCOLOR="{INK}"></TD>{end}'
    cell = '<TD></TD><TD WIDTH="36" CELLPADDING="2">{}</TD><TD></TD>'
    rows = (cell.format("<BR/>".join(above)), line, cell.format(_coloured(below)))
    return _TABLE.format("".join(f"<TR>{row}</TR>" for row in rows))


def _beside(value: list[str], gradient: list[str]) -> str:
    """A vertical edge's table: the gradient to the left of its line, the value to the right."""
    end = f'<TD></TD><TD WIDTH="1" HEIGHT="1" BGCOLOR="{INK}"></TD><TD></TD>'
    cell = '<TD ALIGN="{0}" BALIGN="{0}" HEIGHT="26" CELLPADDING="5">{1}</TD>'
    middle = (
        cell.format("RIGHT", _coloured(gradient or [" "]))
        + f'<TD PORT="line" WIDTH="1" BGCOLOR="{INK}"></TD>'
        + cell.format("LEFT", "<BR/>".join(value) or " ")
    )
    return _TABLE.format("".join(f"<TR>{row}</TR>" for row in (end, middle, end)))


def _coloured(lines: list[str]) -> str:
    return f'<FONT COLOR="{GRADIENT_COLOUR}">{"<BR/>".join(lines)}</FONT>'


_ESCAPES: dict[int, str] = {
    **dict.fromkeys((*range(0x7F, 0xA0), 0xFFFE, 0xFFFF), "\ufffd"),
    **{code: chr(0x2400 + code) for code in range(0x20)},
    **dict.fromkeys(map(ord, "\n\r\u2028\u2029"), "↵"),
    ord("\t"): " ",
    ord("&"): "&amp;",
    ord("<"): "&lt;",
    ord(">"): "&gt;",
    ord('"'): "&quot;",
    ord("\\"): "\\\\",
    ord("]"): "&#93;",  # Graphviz 2.43 misreads a table's cell that holds this alone
}


def dot_text(text: str, length: int = LABEL_LENGTH) -> str:
    r"""Escape any text so that Graphviz shows it literally, in a label or an HTML-like table.

    Parameters
    ----------
    text : str
        Anything: quotes, markup, backslashes, control characters, lone surrogates.
    length : int
        Longer text is cut in the middle.

    Returns
    -------
    str
        ASCII punctuation that DOT or HTML would interpret is written as entities, backslashes
        are doubled (Graphviz replaces ``\N``, ``\G``, ``\L``... in every label), a line end
        becomes ``↵``, and what no font or XML parser takes becomes a visible stand-in.

    Examples
    --------
    >>> print(dot_text(r'a<b> & "\N"'))
    a&lt;b&gt; &amp; &quot;\\N&quot;
    >>> dot_text("first\nsecond\x00"), dot_text("x" * 20_000, length=9)
    ('first↵second␀', 'xxxx…xxxx')
    """
    if len(text) > length:
        head = length // 2
        text = f"{text[:head]}…{text[len(text) - (length - head - 1) :]}"
    # By way of UTF-16, surrogates that make a pair become their character, lone ones U+FFFD.
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text.translate(_ESCAPES)


def _tooltip(text: str) -> str:
    # Graphviz expands a tooltip twice, so doubling is not enough to keep \N from becoming the
    # node's id; an invisible word joiner between the two characters is.
    lines = text[:TOOLTIP_LENGTH].replace("\\", "\\\u2060").split("\n")
    return "&#10;".join(dot_text(line, TOOLTIP_LENGTH) for line in lines) or " "
