"""Fill the README with what the commands really print, and with the benchmarks' tables.

    python -m eval.readme

A block ``<!-- output: grade … -->`` holds that command's output, a block ``<!-- table: NAME -->``
the table of ``eval/benchmarks/results/NAME.md``. A test holds the README to it.
"""

import contextlib
import io
import re
import shlex
from pathlib import Path

from grader.cli.main import run

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"

_BLOCK = re.compile(r"<!-- (output|table): ([^\n]*?) -->\n.*?<!-- end -->", re.DOTALL)


def filled(text: str) -> str:
    """The text with every block filled anew."""
    return _BLOCK.sub(_fill, text)


def _fill(match: re.Match[str]) -> str:
    kind, argument = match.groups()
    if kind == "table":
        content = (ROOT / "eval" / "benchmarks" / "results" / f"{argument}.md").read_text(encoding="utf-8")
    else:
        content = f"```text\n$ {argument}\n{_output(argument)}```\n"
    return f"<!-- {kind}: {argument} -->\n{content}<!-- end -->"


def _output(command: str) -> str:
    stream = io.StringIO()
    with contextlib.redirect_stdout(stream), contextlib.redirect_stderr(stream), contextlib.chdir(ROOT):
        run(shlex.split(command)[1:])
    return stream.getvalue()


if __name__ == "__main__":
    README.write_text(filled(README.read_text(encoding="utf-8")), encoding="utf-8")
