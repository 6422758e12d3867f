"""The README's program runs as it stands, and prints what the text around it says."""

from __future__ import annotations

import re
from pathlib import Path

README = Path(__file__).parents[1] / "README.md"


def test_the_program_runs_as_it_stands(tmp_path, monkeypatch, capsys):
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    (program,) = [block for block in blocks if ">>>" not in block]
    monkeypatch.chdir(tmp_path)
    namespace = {}
    exec(compile(program, "README.md", "exec"), namespace)
    price, *gradients = map(float, capsys.readouterr().out.split())
    assert abs(price - 220) < 1e-9
    assert max(abs(g - w) for g, w in zip(gradients, [2.2, 110, 200], strict=True)) < 1e-9
    assert namespace["loss"].item() < 2.0
    assert "<svg" in (tmp_path / "apple_tax.svg").read_text(encoding="utf-8")
    assert "CE" in (tmp_path / "cnn.svg").read_text(encoding="utf-8")
    assert len(program.strip().splitlines()) <= 26
