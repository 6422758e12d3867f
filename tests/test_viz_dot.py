"""Figures, their DOT text, its layout by either Graphviz, and the files that come of it."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import struct
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import FrozenInstanceError, replace
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from viz.dot import FAINT_INK, GRADIENT_COLOUR, INK, dot_text, to_dot
from viz.drawing import Drawing
from viz.figure import Direction, Figure, FigureEdge, FigureNode, summarise
from viz.layout import Format, LayoutError, render

SVG = "{http://www.w3.org/2000/svg}"
TOOLTIP = "{http://www.w3.org/1999/xlink}title"
HAS_DOT = shutil.which("dot") is not None
HAS_PYGRAPHVIZ = importlib.util.find_spec("pygraphviz") is not None

either_engine = pytest.mark.parametrize(
    "engine",
    [
        pytest.param("dot", marks=pytest.mark.skipif(not HAS_DOT, reason="no dot on the PATH")),
        pytest.param(
            "pygraphviz", marks=pytest.mark.skipif(not HAS_PYGRAPHVIZ, reason="no pygraphviz")
        ),
    ],
)
some_engine = pytest.mark.skipif(not (HAS_DOT or HAS_PYGRAPHVIZ), reason="no Graphviz")
posix = pytest.mark.skipif(os.name != "posix", reason="the stand-in for dot is a shell script")

APPLE_TAX = Figure(
    nodes=(
        FigureNode("apple", "leaf", "apple", "apple: shape ()"),
        FigureNode("count", "leaf", "count"),
        FigureNode("times1", "op", "×", "multiply"),
        FigureNode("tax", "leaf", "tax"),
        FigureNode("times2", "op", "×"),
        FigureNode("price", "output", ""),
    ),
    edges=(
        FigureEdge("apple", "times1", "100", "2.2"),
        FigureEdge("count", "times1", "2", "110"),
        FigureEdge("times1", "times2", "200", "1.1"),
        FigureEdge("tax", "times2", "1.1", "200"),
        FigureEdge("times2", "price", "220", "1"),
    ),
)


@contextmanager
def only(engine: str) -> Iterator[None]:
    """Hide the other engine."""
    if engine == "dot":
        yield
    else:
        with mock.patch.dict(os.environ, PATH=""):
            yield


def picture(figure: Figure, engine: str) -> dict[str, ET.Element]:
    """The groups of the rendered SVG by their titles: ids of nodes, ``tail->head`` of lines."""
    with only(engine):
        root = ET.fromstring(Drawing(figure).svg())
    titled = {}
    for group in root.iter(f"{SVG}g"):
        title = group.find(f"{SVG}title")
        if title is not None:
            titled[title.text or ""] = group
    return titled


def shown(group: ET.Element) -> str:
    return squeezed("".join(text.text or "" for text in group.iter(f"{SVG}text")))


def hovered(group: ET.Element) -> str:
    (link,) = group.iter(f"{SVG}a")
    return without_joiners(link.attrib[TOOLTIP])


def without_joiners(text: str) -> str:
    return squeezed(text.replace("\u2060", ""))


def squeezed(text: str) -> str:
    return " ".join(text.split())


def one_node(label: str, kind: Any = "leaf", tooltip: str = "") -> Figure:
    return Figure((FigureNode("n", kind, label, tooltip),), ())


# ---------------------------------------------------------------------------------- the figure


@pytest.mark.parametrize(
    ("nodes", "edges", "direction", "complaint"),
    [
        (["a", "a"], [], "LR", "'a' is used 2 times"),
        (["a b"], [], "LR", "node id 'a b' must be made of letters"),
        (["edge-0"], [], "LR", "node id 'edge-0' must be"),
        ([""], [], "LR", "node id '' must be"),
        (["a\n"], [], "LR", "must be made of letters"),
        (["a"], [("a", "b")], "LR", "'a' -> 'b' joins 'b', which is no node"),
        (["a"], [], "UP", "direction is 'UP', expected one of 'LR', 'TB', 'RL', 'BT'"),
    ],
)
def test_a_malformed_figure_is_refused(
    nodes: list[str], edges: list[tuple[str, str]], direction: Any, complaint: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(complaint)):
        Figure(
            tuple(FigureNode(id, "op", "+") for id in nodes),
            tuple(FigureEdge(tail, head) for tail, head in edges),
            direction,
        )


def test_an_unknown_kind_of_node_is_refused() -> None:
    with pytest.raises(ValueError, match="'n' is of kind 'square', expected one of 'op', 'leaf'"):
        one_node("x", kind="square")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (2.2, "2.2"),
        (100 * 1.1 * 2, "220"),
        (0.1 + 0.2, "0.3"),
        (np.float32(0.1), "0.1"),
        (np.float16(2.2), "2.19922"),
        (1.5e-07, "1.5e-07"),
        (1234567.0, "1.23457e+06"),
        (1.7976931348623157e308, "1.79769e+308"),
        (-0.0, "0"),
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
        (7, "7"),
        (-1234567, "-1234567"),
        (np.uint8(255), "255"),
        (2**62, "4.61169e+18"),
        (True, "True"),
        (np.bool_(False), "False"),
        (1 - 2.5j, "1-2.5j"),
        ([2.2], "[2.2]"),
        ([1.0, -2.5, float("inf"), float("nan")], "[1, -2.5, inf, nan]"),
        ([True, False], "[True, False]"),
        ([[2.5]], "(1, 1) 2.5"),
        (np.ones((3, 1)), "(3, 1) all 1"),
        (np.full((2, 3), np.nan), "(2, 3) all nan"),
        (np.full((2, 3), -np.inf), "(2, 3) all -inf"),
        ([], "(0,) empty"),
        (np.empty((4, 0, 2), np.int8), "(4, 0, 2) empty"),
        (np.arange(784, dtype=np.int16).reshape(28, 28), "(28, 28) int 0 to 783"),
        (np.arange(6) % 3 == 0, "(6,) 2 of 6 True"),
        ([[0.0, 1.0], [2.0, np.nan]], "(2, 2) mean 1 ± 0.82 · 1 nan"),
        ([0.0, 1.0, 2.0, np.nan, np.inf, -np.inf], "(6,) mean 1 ± 0.82 · 1 nan · 2 inf"),
        ([[np.nan, np.inf]], "(1, 2) 1 nan · 1 inf"),
        ([[6000.0, 7000.0]], "(1, 2) mean 6500 ± 500"),
        ([[1.6e308, 1.4e308]], "(1, 2) mean 1.5e+308 ± 1e+307"),
        ([[0.1, -0.1, 0.3, -0.3]], "(1, 4) mean 0 ± 0.22"),
        (np.array([[1 + 2j, 3]]), "(1, 2) complex128"),
        (np.array(["a", "b"]), "(2,) <U1"),
    ],
)
def test_a_value_in_few_words(value: Any, text: str) -> None:
    assert summarise(value) == text


@given(
    hnp.arrays(
        st.one_of(hnp.floating_dtypes(), hnp.integer_dtypes(), hnp.boolean_dtypes()),
        hnp.array_shapes(min_dims=0, min_side=0, max_side=4),
    )
)
def test_any_array_has_a_short_summary_and_no_warning(array: Any) -> None:
    array.setflags(write=False)
    with np.errstate(all="raise"):
        text = summarise(array)
    assert "\n" not in text
    assert len(text) < 90
    if array.ndim > 1:
        assert text.startswith(str(array.shape))


@given(st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=False))
def test_a_scalar_keeps_six_digits(value: float) -> None:
    assert float(summarise(value)) == pytest.approx(value, rel=5.1e-6, abs=0)


@given(hnp.arrays(np.float64, (2, 5), elements=st.floats(-1e6, 1e6), unique=True))
def test_the_mean_is_that_of_numpy(array: Any) -> None:
    text = summarise(array)
    found = re.fullmatch(r"\(2, 5\) mean (\S+) ± (\S+)", text)
    assert found is not None
    mean, deviation = map(float, found.groups())
    assert mean == pytest.approx(array.mean(), rel=0.051, abs=1e-11 * array.std())
    assert deviation == pytest.approx(array.std(), rel=0.051)


# ------------------------------------------------------------------------------------- its DOT


def test_the_whole_text_of_a_small_figure() -> None:
    figure = Figure(
        (FigureNode("x", "leaf", "x"), FigureNode("e", "op", "exp", "exponential")),
        (FigureEdge("x", "e", "0", "1"), FigureEdge("x", "e")),
    )
    bar = f'<TD WIDTH="1" HEIGHT="1" BGCOLOR="{INK}"></TD>'
    cell = '<TD></TD><TD WIDTH="36" CELLPADDING="2">'
    assert to_dot(figure).splitlines() == [
        "digraph computation {",
        (
            '\tgraph [bgcolor=white fontname="Helvetica,Arial,sans-serif" nodesep=0.16 ordering=in'
            " pad=0.15 rankdir=LR ranksep=0.24]"
        ),
        (
            f'\tnode [color="{INK}" fontcolor="{INK}" fontname="Helvetica,Arial,sans-serif"'
            " fontsize=14]"
        ),
        f'\tedge [arrowsize=0.65 color="{INK}" fontname="Helvetica,Arial,sans-serif"]',
        (
            '\tx [label=x class=leaf color="#e9eef5" fillcolor="#e9eef5" height=0.32'
            ' margin="0.09,0.03" shape=box style="rounded,filled" tooltip=x width=0.32]'
        ),
        "\te [label=exp class=op fontsize=14 margin=0 shape=circle tooltip=exponential width=0.5]",
        (
            '\t"edge-0" [label=<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0">'
            f"<TR>{cell}0</TD><TD></TD></TR>"
            f'<TR>{bar}<TD PORT="line" HEIGHT="1" BGCOLOR="{INK}"></TD>{bar}</TR>'
            f'<TR>{cell}<FONT COLOR="{GRADIENT_COLOUR}">← 1</FONT></TD><TD></TD></TR></TABLE>>'
            ' class="edge" fontsize=12 shape=plain tooltip="value 0&#10;gradient 1"]'
        ),
        '\tx -> "edge-0":line:w [arrowhead=none headclip=false]',
        '\t"edge-0":line:e -> e [tailclip=false]',
        "\tx -> e",
        "}",
    ]


LINE = re.compile(r'^\t"?([\w-]+)"?(?::\w+:\w)? -> "?([\w-]+)"?(?::\w+:\w)?(?: \[.*\])?$', re.M)


@pytest.mark.parametrize("direction", ["LR", "TB", "RL", "BT"])
def test_every_edge_runs_from_its_tail_over_its_numbers_to_its_head(direction: Direction) -> None:
    lines = LINE.findall(to_dot(replace(APPLE_TAX, direction=direction)))
    assert lines == [
        step
        for i, edge in enumerate(APPLE_TAX.edges)
        for step in ((edge.tail, f"edge-{i}"), (f"edge-{i}", edge.head))
    ]


@pytest.mark.parametrize(
    ("kind", "label", "shape"),
    [
        ("op", "×", "circle"),
        ("op", "sin", "circle"),
        ("op", "max_pool2d", "box"),
        ("leaf", "w", "box"),
        ("constant", "0.5", "box"),
        ("output", "loss", "box"),
        ("output", "", "point"),
    ],
)
def test_the_kind_of_a_node_shows_in_its_shape(kind: str, label: str, shape: str) -> None:
    (line,) = re.findall(r"^\tn \[.*\]$", to_dot(one_node(label, kind)), re.M)
    assert f" shape={shape} " in line
    assert f" class={kind} " in line


def test_an_edge_with_one_number_shows_only_that() -> None:
    nodes = FigureNode("a", "leaf", "a"), FigureNode("b", "op", "+")
    forward = to_dot(Figure(nodes, (FigureEdge("a", "b", value="5"),)))
    backward = to_dot(Figure(nodes, (FigureEdge("a", "b", gradient="7"),)))
    assert ">5</TD>" in forward
    assert "←" not in forward
    assert "← 7" in backward
    assert "value" not in backward


def test_the_shape_of_an_array_has_a_line_of_its_own() -> None:
    nodes = FigureNode("a", "leaf", "a"), FigureNode("b", "op", "+")
    text = to_dot(Figure(nodes, (FigureEdge("a", "b", "(8, 3) mean 1 ± 2", "[1, 2, 3, 4, 5]"),)))
    assert "(8, 3)<BR/>mean 1 ± 2" in text
    assert "← [1, 2, 3, 4, 5&#93;" in text


def test_the_text_is_the_same_in_every_process() -> None:
    program = (
        "from viz.dot import to_dot; from viz.figure import *;"
        "nodes = FigureNode('a', 'leaf', 'α', 'one'), FigureNode('b', 'op', 'log_softmax');"
        "print(ascii(to_dot(Figure(nodes, (FigureEdge('a', 'b', '1', '2'),), 'TB'))))"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1
    assert b"digraph" in outputs.pop()


def test_importing_the_packages_imports_nothing_that_takes_long_or_is_optional() -> None:
    code = "import autodiff, nn, optim, viz, sys; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        check=True,
        capture_output=True,
        text=True,
    )
    late = {"graphviz", "hypothesis", "matplotlib", "pygraphviz", "subprocess", "tqdm", "urllib"}
    assert late.isdisjoint(done.stdout.split())


def test_the_colours_can_be_read_on_white() -> None:
    def contrast_with_white(colour: str) -> float:
        channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 1.05 / (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05)

    # WCAG 2.1, success criterion 1.4.3: text of this size needs 4.5.
    assert min(map(contrast_with_white, (INK, FAINT_INK, GRADIENT_COLOUR))) > 4.5


# --------------------------------------------------------------------------------- any text

HOSTILE = [
    'say "hi"',
    r"\N",
    r"\G\L\E\T\H",
    r"ends with a backslash \ ".strip(),
    r"two \\ three \\\ and \" too",
    r"C:\new\table\left\right",
    "<b>bold</b>",
    "<",
    "<TABLE><TR><TD>x</TD></TR></TABLE>",
    "]]>",
    "]",
    "&amp; & &lt; &#65; &nosuch;",
    "{a|b} -> c; // d /* e */ # f",
    "node",
    "007",
    "日本語 Ω ∂f/∂x",
    "👩🏽‍🔬🚀",
    "e\u0301 \u05d0\u05d1 \u202etxet",
    "%s {} {0} %(x)s",
]


@either_engine
@pytest.mark.parametrize("text", HOSTILE)
def test_text_shows_as_it_was_typed(engine: str, text: str) -> None:
    nodes = FigureNode("a", "leaf", text, text), FigureNode("b", "op", text)
    drawn = picture(Figure(nodes, (FigureEdge("a", "b", text, text),)), engine)
    assert shown(drawn["a"]) == squeezed(text)
    assert hovered(drawn["a"]) == squeezed(text)
    assert shown(drawn["b"]) == squeezed(text)
    assert shown(drawn["edge-0"]).replace(" ", "") == f"{text}←{text}".replace(" ", "")


printable = st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Cn", "Zl", "Zp"]), min_size=1, max_size=12
)
literal = st.lists(st.one_of(printable, st.sampled_from(HOSTILE)), max_size=3).map(
    lambda parts: "".join(parts)[:40]
)


@either_engine
@given(labels=st.lists(literal, min_size=1, max_size=12))
@settings(max_examples=25, deadline=None)
def test_any_printable_text_shows_literally(engine: str, labels: list[str]) -> None:
    nodes = tuple(FigureNode(f"n{i}", "leaf", label) for i, label in enumerate(labels))
    edges = tuple(FigureEdge(f"n{i}", "n0", label) for i, label in enumerate(labels))
    drawn = picture(Figure(nodes, edges), engine)
    assert [shown(drawn[node.id]) for node in nodes] == [*map(squeezed, labels)]
    assert [hovered(drawn[node.id]) for node in nodes] == [*map(without_joiners, labels)]
    assert [shown(drawn[f"edge-{i}"]).replace(" ", "") for i in range(len(labels))] == [
        "".join(label.split()) for label in labels
    ]


@either_engine
@given(texts=st.lists(st.text(), min_size=1, max_size=12))
@settings(max_examples=25, deadline=None)
def test_any_text_whatever_can_be_drawn(engine: str, texts: list[str]) -> None:
    nodes = tuple(FigureNode(f"n{i}", "op", text, text) for i, text in enumerate(texts))
    edges = tuple(FigureEdge(f"n{i}", "n0", text, text) for i, text in enumerate(texts))
    drawn = picture(Figure(nodes, edges, "TB"), engine)
    for i, text in enumerate(texts):
        letters = [c for c in text if c.isascii() and c.isalnum()]
        if len(text) <= 40:
            assert [c for c in shown(drawn[f"n{i}"]) if c.isascii() and c.isalnum()] == letters
        assert f"edge-{i}" in drawn


@given(st.text())
def test_escaped_text_is_safe_in_quotes_and_in_tables(text: str) -> None:
    escaped = dot_text(text)
    escaped.encode("utf-8")
    assert not set(escaped) & set('<>"]')
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", escaped)
    assert re.fullmatch(r"(?:[^\\]|\\\\)*", escaped)
    assert re.fullmatch(r"(?:[^&]|&(?:amp|lt|gt|quot|#93);)*", escaped)


@pytest.mark.parametrize(
    ("text", "stand_in"),
    [
        ("a\nb\r", "a↵b↵"),
        ("a\u2028b", "a↵b"),
        ("a\tb", "a b"),
        ("nul\0", "nul␀"),
        ("\x1b[31m", "␛[31m"),
        ("\x7f\x85", "\ufffd\ufffd"),
        ("\ud83d lone \udc00", "\ufffd lone \ufffd"),
        ("\ud83d\ude80 pair", "🚀 pair"),
        ("\ufffe\uffff", "\ufffd\ufffd"),
    ],
)
def test_what_cannot_be_drawn_has_a_visible_stand_in(text: str, stand_in: str) -> None:
    assert dot_text(text) == stand_in


@either_engine
def test_a_name_of_20_000_characters_is_cut_in_the_middle(engine: str) -> None:
    name = "begin " + "\\<&" * 6_663 + " end"
    drawn = picture(one_node(name, tooltip=name), engine)
    assert re.fullmatch(r"begin [\\<&]+…[\\<&]+ end", shown(drawn["n"]))
    assert len(shown(drawn["n"])) == 40
    assert len(hovered(drawn["n"])) <= 400


@either_engine
def test_a_tooltip_keeps_its_lines(engine: str) -> None:
    with only(engine):
        svg = Drawing(one_node("x", tooltip="matmul(a, b)\nof shape (2, 3)")).svg()
    assert 'xlink:title="matmul(a, b)&#10;of shape (2, 3)"' in svg


# --------------------------------------------------------------------------- where things lie


def corners(shape: ET.Element) -> np.ndarray[Any, Any]:
    numbers = re.findall(r"-?\d+(?:\.\d+)?", shape.attrib.get("points") or shape.attrib["d"])
    return np.array(numbers, float).reshape(-1, 2)


@either_engine
def test_the_value_stands_above_the_line_and_the_gradient_below(engine: str) -> None:
    drawn = picture(APPLE_TAX, engine)
    for i, edge in enumerate(APPLE_TAX.edges):
        value, gradient = drawn[f"edge-{i}"].iter(f"{SVG}text")
        line = corners(next(drawn[f"edge-{i}"].iter(f"{SVG}polygon")))
        assert (value.text, gradient.text) == (edge.value, f"← {edge.gradient}")
        # y grows downwards; a text's y is its baseline, so the font's height is still above it.
        assert float(value.attrib["y"]) < line[:, 1].min() - 1
        assert float(gradient.attrib["y"]) > line[:, 1].max() + 9
        assert gradient.attrib["fill"] == GRADIENT_COLOUR
        assert value.attrib.get("fill", "black") == INK


@either_engine
def test_from_top_to_bottom_the_gradient_stands_to_the_left(engine: str) -> None:
    drawn = picture(replace(APPLE_TAX, direction="TB"), engine)
    for i, edge in enumerate(APPLE_TAX.edges):
        texts = {text.text: text for text in drawn[f"edge-{i}"].iter(f"{SVG}text")}
        line = corners(next(drawn[f"edge-{i}"].iter(f"{SVG}polygon")))
        assert float(texts[f"↑ {edge.gradient}"].attrib["x"]) < line[:, 0].min()
        assert float(texts[edge.value].attrib["x"]) > line[:, 0].max()


@either_engine
@pytest.mark.parametrize("direction", ["LR", "TB", "RL", "BT"])
def test_the_two_halves_of_an_edge_meet_without_a_gap(engine: str, direction: Direction) -> None:
    long = replace(APPLE_TAX.edges[3], value="(100, 1, 28, 28) mean 0.13 ± 0.31")
    figure = replace(APPLE_TAX, edges=(*APPLE_TAX.edges[:3], long, *APPLE_TAX.edges[4:]))
    drawn = picture(replace(figure, direction=direction), engine)
    lines = {title: group for title, group in drawn.items() if "->" in title}
    assert len(lines) == 10
    for title, group in lines.items():
        tail, head = title.split("->")
        id = next(end for end in (tail, head) if end.startswith("edge-"))
        bars = np.concatenate([corners(p) for p in drawn[id.split(":")[0]].iter(f"{SVG}polygon")])
        path = corners(next(group.iter(f"{SVG}path")))
        end = path[0] if id == tail else path[-1]
        assert np.all(end >= bars.min(axis=0) - 0.01)
        assert np.all(end <= bars.max(axis=0) + 0.01)


@either_engine
@pytest.mark.parametrize("order", [("a", "b"), ("b", "a")])
def test_operands_stand_in_their_order(engine: str, order: tuple[str, str]) -> None:
    nodes = *(FigureNode(id, "leaf", id) for id in "ab"), FigureNode("minus", "op", "−")
    edges = tuple(FigureEdge(id, "minus", "1", "2") for id in order)
    drawn = picture(Figure(nodes, edges), engine)
    first, second = (float(next(drawn[id].iter(f"{SVG}text")).attrib["y"]) for id in order)
    assert first < second


@either_engine
def test_both_arrows_of_x_times_x_are_drawn(engine: str) -> None:
    nodes = FigureNode("x", "leaf", "x"), FigureNode("y", "op", "×")
    drawn = picture(Figure(nodes, (FigureEdge("x", "y", "3", "4"),) * 2), engine)
    assert [shown(drawn[f"edge-{i}"]) for i in (0, 1)] == ["3← 4", "3← 4"]


# ----------------------------------------------------------------------------------- engines


@either_engine
@pytest.mark.parametrize(
    ("format", "magic"), [("svg", b"<?xml"), ("png", b"\x89PNG\r\n\x1a\n"), ("pdf", b"%PDF-")]
)
def test_every_format_is_rendered(engine: str, format: Format, magic: bytes) -> None:
    with only(engine):
        assert render(to_dot(APPLE_TAX), format).startswith(magic)


@either_engine
def test_a_png_has_two_dots_per_point(engine: str) -> None:
    with only(engine):
        svg, png = Drawing(APPLE_TAX).svg(), render(to_dot(APPLE_TAX), "png")
    found = re.search(r'width="(\d+)pt"', svg)
    assert found is not None
    (width,) = struct.unpack(">I", png[16:20])
    assert abs(width - 2 * int(found[1])) <= 3


@either_engine
def test_a_syntax_error_is_reported_with_its_place(engine: str) -> None:
    with only(engine), pytest.raises(LayoutError, match="syntax error in line 2"):
        render("digraph {\n a -> -> b }", "svg")


@either_engine
def test_a_layout_that_takes_too_long_is_given_up(engine: str) -> None:
    with only(engine), pytest.raises(LayoutError, match=r"within 1e-06 s; draw a smaller graph"):
        render(to_dot(APPLE_TAX), "svg", timeout=1e-6)


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(ValueError, match="format is 'gif', expected 'svg', 'png' or 'pdf'"):
        render("digraph {}", "gif")  # type: ignore[arg-type]


def put_on_path(monkeypatch: pytest.MonkeyPatch, folder: Path, script: str) -> None:
    program = folder / "dot"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


@posix
def test_the_dot_of_the_system_goes_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    put_on_path(monkeypatch, tmp_path, 'echo "$@"; exec cat')
    assert render("digraph {é}", "svg") == "-Tsvg\ndigraph {é}".encode()
    assert render("", "png") == b"-Tpng -Gdpi=144\n"


@posix
@pytest.mark.parametrize(
    ("script", "complaint"),
    [
        ("echo 'Error: no luck' >&2; echo 'Warning: dull' >&2; exit 1", "drawing: no luck$"),
        ("echo 'a remark' >&2; exit 3", "drawing: a remark$"),
        ("exit 3", r"it gave no picture \(exit status 3\)"),
        ("exit 0", r"it gave no picture \(exit status 0\)"),
        ("kill -SEGV $$", r"it crashed \(SIGSEGV\)"),
    ],
)
def test_a_failing_dot_is_reported(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str, complaint: str
) -> None:
    put_on_path(monkeypatch, tmp_path, script)
    with pytest.raises(LayoutError, match=complaint):
        render("digraph {}", "svg")


@posix
def test_a_dot_that_cannot_start_is_reported(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    put_on_path(monkeypatch, tmp_path, "")
    (tmp_path / "dot").write_text("#!/nowhere/at/all\n")
    with pytest.raises(LayoutError, match="could not be started"):
        render("digraph {}", "svg")


@pytest.mark.skipif(not HAS_PYGRAPHVIZ, reason="no pygraphviz")
def test_the_working_folder_cannot_disturb_pygraphviz(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for module in ("pygraphviz", "tempfile", "subprocess"):
        (tmp_path / f"{module}.py").write_text("raise SystemExit('the wrong module')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONWARNINGS", "error")
    monkeypatch.delenv("PYTHONPATH", raising=False)
    with only("pygraphviz"):
        assert b"<svg" in render("digraph {a}", "svg")


@pytest.fixture
def no_engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)


@pytest.mark.usefixtures("no_engine")
def test_without_an_engine_the_error_names_the_extra_and_dot_still_works(tmp_path: Path) -> None:
    drawing = Drawing(APPLE_TAX)
    with pytest.raises(LayoutError, match=r"pip install 'chainrule\[render\]'") as caught:
        drawing.svg()
    assert "apt install graphviz" in str(caught.value)
    assert "saved as .dot" in str(caught.value)
    assert drawing.save(tmp_path / "graph.dot").read_text("utf-8") == drawing.dot


# -------------------------------------------------------------------------------- the drawing


def test_a_drawing_says_how_large_it_is() -> None:
    assert repr(Drawing(APPLE_TAX)) == "Drawing(6 nodes, 5 edges)"
    assert repr(Drawing(one_node("x"))) == "Drawing(1 node, 0 edges)"


def test_a_drawing_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        Drawing(APPLE_TAX).figure = one_node("x")  # type: ignore[misc]


@either_engine
def test_the_svg_stands_alone(engine: str) -> None:
    with only(engine):
        svg = Drawing(APPLE_TAX).svg()
    root = ET.fromstring(svg)
    assert root.tag == f"{SVG}svg"
    assert svg.startswith("<svg")
    elsewhere = {"href", "{http://www.w3.org/1999/xlink}href", "src"}
    assert not any(elsewhere & element.attrib.keys() for element in root.iter())
    assert "<!DOCTYPE" not in svg
    assert "<image" not in svg


@some_engine
@pytest.mark.parametrize(
    ("name", "magic"),
    [("a.svg", b"<svg"), ("a.PNG", b"\x89PNG"), ("a.b.pdf", b"%PDF"), ("a.dot", b"digraph")],
)
def test_the_suffix_says_the_format(tmp_path: Path, name: str, magic: bytes) -> None:
    saved = Drawing(APPLE_TAX).save(str(tmp_path / name))
    assert saved == tmp_path / name
    assert saved.read_bytes().startswith(magic)
    assert [file.name for file in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", ["graph", "graph.jpg", "graph.svg.gz", ".svg"])
def test_another_suffix_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match=r"must end in \.svg, \.png, \.pdf or \.dot"):
        Drawing(APPLE_TAX).save(tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"'a\.dot': the folder '.*out' does not exist"):
        Drawing(APPLE_TAX).save(tmp_path / "out" / "a.dot")


@posix
@pytest.mark.parametrize("name", ["a.svg", "a.png", "a.pdf"])
def test_a_failed_render_leaves_what_was_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    put_on_path(monkeypatch, tmp_path, "echo half a picture; exit 1")
    folder = tmp_path / "out"
    folder.mkdir()
    with pytest.raises(LayoutError):
        Drawing(APPLE_TAX).save(folder / name)
    assert not list(folder.iterdir())
    (folder / name).write_text("before")
    with pytest.raises(LayoutError):
        Drawing(APPLE_TAX).save(folder / name)
    assert [file.read_text() for file in folder.iterdir()] == ["before"]


def test_a_failed_write_leaves_no_part_of_a_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def refuse(self: Path, target: Path) -> Path:
        raise PermissionError("read-only")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(PermissionError):
        Drawing(APPLE_TAX).save(tmp_path / "a.dot")
    assert not list(tmp_path.iterdir())


def test_an_existing_file_is_replaced(tmp_path: Path) -> None:
    target = tmp_path / "a.dot"
    target.write_text("before" * 10_000)
    Drawing(APPLE_TAX).save(target)
    assert target.read_text("utf-8") == to_dot(APPLE_TAX)


@some_engine
def test_a_notebook_shows_the_svg() -> None:
    drawing = Drawing(APPLE_TAX)
    assert drawing._repr_svg_() == drawing.svg()
    bundle = drawing._repr_mimebundle_(include=None, exclude=None)
    assert bundle == {"image/svg+xml": drawing.svg(), "text/plain": repr(drawing)}


@pytest.mark.usefixtures("no_engine")
def test_a_notebook_says_why_there_is_no_picture() -> None:
    drawing = Drawing(APPLE_TAX)
    assert drawing._repr_svg_() is None
    bundle = drawing._repr_mimebundle_()
    assert bundle.keys() == {"text/plain"}
    assert bundle["text/plain"].startswith("Drawing(6 nodes, 5 edges)\n")
    assert "chainrule[render]" in bundle["text/plain"]
