"""What all HTML reports share: where their templates are and what may stand in a page."""

import re
from collections.abc import Callable
from functools import cache
from types import MappingProxyType

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from grader.judges import Verdict

_NOT_IN_HTML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

_FORMATS: dict[str, Callable[[float], str]] = {
    "thousands": "{:,}".format,
    "percent": "{:.0%}".format,
    "one_decimal": "{:.1f}".format,
    "two_decimals": "{:.2f}".format,
}
_SIGNS = MappingProxyType(
    {
        Verdict.COVERED: "✓",
        Verdict.PARTIAL: "◐",
        Verdict.MISSED: "✗",
        Verdict.CONTRADICTED: "!",
        Verdict.UNSCORED: "?",
    }
)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("grader.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_presentable,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(_FORMATS)
    environment.globals["signs"] = _SIGNS
    return environment


def html_template(name: str) -> Template:
    """A template of the folder ``templates``, with everything that it prints escaped.

    Args:
        name: the file's name.
    """
    return _environment().get_template(name)


def presentable(text: str) -> str:
    """A text with a sign in the place of each character that no page may hold; as long as before."""
    return _NOT_IN_HTML.sub("\N{REPLACEMENT CHARACTER}", text)


def _presentable(value: object) -> object:
    # Text that is marked as safe is our own, a style sheet or a script, and passes as it is.
    return presentable(value) if type(value) is str else value
