"""The layers of ARCHITECTURE.md: a module imports only from layers above its own.

Every file is parsed, none is imported. `problems` lists what breaks a rule: the project has none,
and small trees with planted ones show that each kind is found.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

LAYERS = (
    "errors",
    "config",
    "op",
    "graph",
    "variable",
    "kernels",
    "declaration",
    "codegen",
    "rules",
    "declare",
    "ops",
    "plain",
    "numpy_protocol",
    "methods",
    "tensor",
    "transforms",
    "linalg",
    "fft",
    "__init__",
    "testing",
)
"""The layers of `autodiff`, top first; where one is a folder, its files may import each other."""

PACKAGES: dict[str, set[str]] = {
    "autodiff": set(),
    "nn": {"autodiff"},
    "optim": {"autodiff"},
    "viz": {"autodiff"},
}
"""The packages, and which of the others each may import."""

EXCEPTIONS = {
    ("nn.train", "optim"),
    ("autodiff.testing.architectures", "nn"),  # draws its layers, for tests of them
}

USERS: dict[str, set[str]] = {
    "examples": {*PACKAGES},
    "benchmarks": {*PACKAGES},
    "tests": {*PACKAGES, "examples", "benchmarks"},
}
"""The other folders, and what else each may import: no package imports them."""

AT_IMPORT_TIME = {"numpy"}
"""What packages import at the top of a file, besides the standard library and themselves."""

NEED_AN_EXTRA = {
    "autodiff.testing.architectures": {"hypothesis"},
    "autodiff.testing.drawing": {"hypothesis"},
    "autodiff.testing.indexing": {"hypothesis"},
    "autodiff.testing.programs": {"hypothesis"},
    "autodiff.testing.generators": {"hypothesis"},
    "autodiff.testing.plugin": {"hypothesis"},
    "autodiff.testing.strategies": {"hypothesis"},
}
"""Modules (and what is in them) that need more than that to be imported, so that none but each
other imports them."""


# --- reading ------------------------------------------------------------------------------------


TYPE_CHECKING = ("TYPE_CHECKING", "typing.TYPE_CHECKING")


@dataclass(frozen=True)
class Module:
    name: str
    path: Path
    tree: ast.Module

    @property
    def is_init(self) -> bool:
        return self.path.name == "__init__.py"


@dataclass(frozen=True)
class Import:
    target: str
    line: int
    in_function: bool


def read_modules(root: Path) -> dict[str, Module]:
    """Every module below `root`, by its dotted name."""
    modules = {}
    for folder in (*PACKAGES, *USERS):
        for path in sorted((root / folder).rglob("*.py")):
            name = ".".join(path.relative_to(root).with_suffix("").parts)
            name = name.removesuffix(".__init__")
            modules[name] = Module(name, path, ast.parse(path.read_text(encoding="utf-8")))
    return modules


def read_imports(module: Module, known: Iterable[str]) -> Iterator[Import]:
    """What the module imports, by absolute name; `known` tells submodules from other names."""
    for node, in_function in running(module.tree.body):
        match node:
            case ast.Import(names=names):
                targets = [alias.name for alias in names]
            case ast.ImportFrom(names=names):
                source = absolute(node, module)
                members = [f"{source}.{alias.name}" for alias in names]
                targets = [member if member in known else source for member in members]
            case _:
                continue
        for target in dict.fromkeys(targets):
            yield Import(target, node.lineno, in_function)


def running(nodes: Iterable[ast.AST], in_function: bool = False) -> Iterator[tuple[ast.AST, bool]]:
    """The nodes and all below them, save what only type checkers read."""
    for node in nodes:
        if isinstance(node, ast.If) and ast.unparse(node.test) in TYPE_CHECKING:
            yield from running(node.orelse, in_function)
            continue
        yield node, in_function
        is_function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        yield from running(ast.iter_child_nodes(node), in_function or is_function)


def absolute(node: ast.ImportFrom, module: Module) -> str:
    """The absolute name of the module after ``from``."""
    parts = module.name.split(".")
    parents = parts[: len(parts) - node.level + module.is_init] if node.level else []
    return ".".join([*parents, *([node.module] if node.module else [])])


def top(name: str) -> str:
    return name.partition(".")[0]


def layer(name: str) -> str:
    """The layer of a module of `autodiff`."""
    return name.split(".")[1] if "." in name else "__init__"


# --- judging ------------------------------------------------------------------------------------


def problems(root: Path) -> list[str]:
    """All that breaks a rule below `root`: where, and what is wrong."""
    modules = read_modules(root)
    imports = {name: list(read_imports(module, modules)) for name, module in modules.items()}
    found = in_cycles(imports)
    for name, module in modules.items():
        file = module.path.relative_to(root).as_posix()
        found += [f"{file}{text}" for text in in_module(module)]
        found += [f"{file}:{i.line}: {text}" for i in imports[name] for text in in_import(name, i)]
    return found


def in_cycles(imports: Mapping[str, Iterable[Import]]) -> list[str]:
    """One cycle of imports, if there are any."""
    graph = {name: {i.target for i in found} & imports.keys() for name, found in imports.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return ["import each other: " + ", ".join(sorted(set(error.args[1])))]
    return []


def in_module(module: Module) -> Iterator[str]:
    """What is wrong with a package's module, whatever it imports."""
    if top(module.name) == "autodiff" and layer(module.name) not in LAYERS:
        yield (
            f": autodiff.{layer(module.name)} has no layer: give it its place in the list of "
            "ARCHITECTURE.md and in LAYERS of tests/test_layers.py"
        )
    if top(module.name) in PACKAGES and module.is_init:
        for node in module.tree.body:
            if not only_reexports(node):
                yield f":{node.lineno}: an __init__.py is a docstring, imports and __all__"


def only_reexports(node: ast.stmt) -> bool:
    match node:
        case ast.Import() | ast.ImportFrom() | ast.Expr(value=ast.Constant(value=str())):
            return True
        case ast.Assign(targets=[ast.Name(id="__all__")], value=ast.List() | ast.Tuple()):
            return True
        case ast.If(test=ast.Name(id="_TYPE_CHECKING")) | ast.FunctionDef(name="__getattr__"):
            return True  # modules that are imported when they are first used
    return False


def in_import(name: str, found: Import) -> Iterator[str]:
    """What is wrong with an import in the module `name`."""
    target, source = found.target, top(name)
    is_own = top(target) in PACKAGES or top(target) in USERS
    if is_own and not may_import(name, target):
        yield f"{name} imports {target}, which is not above it"
    if source in USERS:
        return
    if extras(target) and not extras(name):
        yield f"{target} needs an extra: users import it, the library does not"
    at_the_top = is_own or top(target) in AT_IMPORT_TIME
    if found.in_function and at_the_top:
        yield f"import {target} at the top of the file: it is neither optional nor slow"
    allowed = sys.stdlib_module_names | extras(name)
    if not found.in_function and not at_the_top and top(target) not in allowed:
        yield f"import {target} in the function that needs it: it is optional or slow"


def extras(name: str) -> set[str]:
    """What a module needs to be imported, besides what every module may."""
    needs = (extra for above, extra in NEED_AN_EXTRA.items() if f"{name}.".startswith(f"{above}."))
    return next(needs, set())


def may_import(name: str, target: str) -> bool:
    source, other = top(name), top(target)
    if source != other:
        return other in (PACKAGES | USERS)[source] or (name, other) in EXCEPTIONS
    if source != "autodiff" or not {layer(name), layer(target)} <= set(LAYERS):
        return True  # a module without a layer is a problem of its own
    return LAYERS.index(layer(target)) <= LAYERS.index(layer(name))


# --- the project --------------------------------------------------------------------------------


def test_project_keeps_its_layers() -> None:
    assert {"autodiff.graph", "autodiff.ops.arithmetic", "nn.module"} <= read_modules(ROOT).keys()
    assert problems(ROOT) == []


# --- the check itself ---------------------------------------------------------------------------


def plant(root: Path, files: Mapping[str, str]) -> None:
    for file, text in files.items():
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_text(text, encoding="utf-8")


SOUND = {
    "autodiff/__init__.py": '"""Words."""\nfrom autodiff.tensor import A\n__all__ = ["A"]',
    "autodiff/errors.py": "import os\nimport numpy as np\nimport numpy.typing",
    "autodiff/graph.py": "from autodiff import errors\nfrom autodiff.errors import GradientError",
    "autodiff/ops/__init__.py": "",
    "autodiff/ops/reduce.py": "from . import shape\nfrom .shape import reshape",
    "autodiff/ops/shape.py": "from ..errors import OpError\nfrom autodiff.kernels.fast import go",
    "autodiff/kernels/fast.py": "def go():\n    import math, numba",
    "autodiff/tensor.py": "import autodiff.graph\nfrom autodiff.ops import reduce",
    "autodiff/testing/drawing.py": "try:\n    import hypothesis\nexcept ImportError: ...",
    "autodiff/testing/strategies.py": "from autodiff import Tensor\nfrom . import drawing",
    "nn/__init__.py": "from nn.train import fit",
    "nn/train.py": "from optim import SGD\nfrom autodiff import Tensor",
    "nn/typed.py": "import typing\nif typing.TYPE_CHECKING:\n    import viz, torch, nn.typed",
    "optim/__init__.py": "from optim.sgd import SGD",
    "optim/sgd.py": "from autodiff.tensor import Tensor",
    "viz/draw.py": "def draw():\n    import graphviz\n    from pygraphviz import AGraph",
    "tests/help.py": "import nn, torch\nimport autodiff.testing.strategies",
    "tests/test_all.py": "def test():\n    from tests.help import nn\n    import examples.demo",
    "examples/demo.py": "import nn, optim, viz",
}


def test_sound_tree_has_no_problems(tmp_path: Path) -> None:
    plant(tmp_path, SOUND)
    assert problems(tmp_path) == []


UPWARD = {
    "autodiff/errors.py": "import autodiff.graph",
    "autodiff/graph.py": "from autodiff import tensor",
    "autodiff/kernels/fast.py": "from autodiff.ops.reduce import sum",
    "autodiff/ops/__init__.py": "from ..tensor import Tensor",
    "autodiff/ops/shape.py": "from autodiff import Tensor",
    "autodiff/tensor.py": "try:\n    from . import testing\nexcept ImportError:\n    pass",
    "autodiff/__init__.py": "from autodiff.testing import check_grads",
    "autodiff/testing/strategies.py": "import nn.train",
    "nn/__init__.py": "from optim import SGD",
    "nn/typed.py": "class A:\n    import viz.draw",
    "optim/sgd.py": "if not TYPE_CHECKING:\n    from nn import Module",
    "viz/draw.py": "if TYPE_CHECKING:\n    import nn\nelse:\n    import examples.demo",
    "benchmarks/cost.py": "def load():\n    import examples.demo",
    "examples/demo.py": "from tests.help import nn",
}


@pytest.mark.parametrize(("file", "text"), UPWARD.items(), ids=UPWARD)
def test_import_from_below_is_found(tmp_path: Path, file: str, text: str) -> None:
    plant(tmp_path, dict.fromkeys(SOUND, "") | {file: text})
    (problem,) = problems(tmp_path)
    assert problem.startswith(f"{file}:")
    assert problem.endswith("which is not above it")


CYCLES = {
    "two files": {"nn/a.py": "import nn.b", "nn/b.py": "from nn.a import x"},
    "three files": {
        "autodiff/ops/a.py": "from autodiff.ops import b",
        "autodiff/ops/b.py": "from .c import x",
        "autodiff/ops/c.py": "from . import a",
    },
    "a file and its package": {"viz/__init__.py": "from viz.a import x", "viz/a.py": "import viz"},
    "a file and itself": {"optim/a.py": "from optim import a"},
}


@pytest.mark.parametrize("files", CYCLES.values(), ids=CYCLES)
def test_cycle_is_found(tmp_path: Path, files: Mapping[str, str]) -> None:
    plant(tmp_path, files)
    names = sorted(Path(file).with_suffix("").as_posix().replace("/", ".") for file in files)
    names = [name.removesuffix(".__init__") for name in names]
    assert problems(tmp_path) == ["import each other: " + ", ".join(sorted(names))]


@pytest.mark.parametrize(
    "statement", ["import nn.a", "from . import a", "import autodiff.graph as g", "import numpy"]
)
@pytest.mark.parametrize("head", ["def f():", "async def f():", "class A:\n  def f(self):"])
def test_import_inside_a_function_is_found(tmp_path: Path, head: str, statement: str) -> None:
    plant(tmp_path, {"nn/a.py": "", "nn/b.py": f"{head}\n   {statement}"})
    (problem,) = problems(tmp_path)
    assert problem.startswith("nn/b.py:")
    assert "at the top of the file" in problem


def test_optional_import_at_the_top_is_found(tmp_path: Path) -> None:
    plant(tmp_path, {"viz/draw.py": "import os\nimport graphviz.backend"})
    (problem,) = problems(tmp_path)
    assert problem == (
        "viz/draw.py:2: import graphviz.backend in the function that needs it: "
        "it is optional or slow"
    )


def test_library_that_imports_a_module_of_an_extra_is_found(tmp_path: Path) -> None:
    plant(tmp_path, SOUND | {"autodiff/testing/__init__.py": "from . import strategies"})
    (problem,) = problems(tmp_path)
    assert problem == (
        "autodiff/testing/__init__.py:1: autodiff.testing.strategies needs an extra: "
        "users import it, the library does not"
    )


@pytest.mark.parametrize("file", ["autodiff/novel.py", "autodiff/novel/__init__.py"])
def test_module_without_a_layer_is_found(tmp_path: Path, file: str) -> None:
    plant(tmp_path, SOUND | {file: "from autodiff.tensor import Tensor"})
    (problem,) = problems(tmp_path)
    assert problem == (
        f"{file}: autodiff.novel has no layer: give it its place in the list of "
        "ARCHITECTURE.md and in LAYERS of tests/test_layers.py"
    )


@pytest.mark.parametrize(
    "text",
    [
        "x = [1]",
        "def f(): ...",
        "__all__ = sorted(x)",
        "__all__: list[str] = []",
        "if TYPE_CHECKING:\n    import nn",
        "print()",
    ],
)
def test_init_that_does_more_than_reexport_is_found(tmp_path: Path, text: str) -> None:
    plant(tmp_path, {"nn/data/__init__.py": f'"""Words."""\n{text}', "tests/__init__.py": text})
    assert problems(tmp_path) == [
        "nn/data/__init__.py:2: an __init__.py is a docstring, imports and __all__"
    ]


def test_all_problems_are_found_at_once(tmp_path: Path) -> None:
    plant(tmp_path, {"nn/a.py": "import viz\nimport torch", "viz/b.py": "import optim"})
    assert [problem.partition(": ")[0] for problem in problems(tmp_path)] == [
        "nn/a.py:1",
        "nn/a.py:2",
        "viz/b.py:1",
    ]
