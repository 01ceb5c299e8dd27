"""What the lint of co_await.query need not look at: the text alone shows that nothing in it can be of the flagged kinds.

Each of those has, in the full expression of the co_await, a brace that opens no block, a lambda or a ?:. Where that
cannot be told from the text (a macro, decltype), the lint looks. clang takes seconds a file, this takes none.
"""
import re

from rules import code_of

_AWAITS = re.compile(r"\bco_await\b")
_OPENS_BLOCK = re.compile(r"(\)|\belse|\bdo|\btry)\s*\{")
_BINDING = re.compile(r"\bauto\s*&{0,2}\s*\[")
_DOUBTFUL = re.compile(
    r"[{?]"                                      # braces that hold values, a choice
    r"|(?:^|[^\w)\]\s])\s*\[|\breturn\s*\[|\bco_\w+\s*\["  # a lambda: what is indexed stands before its bracket
    r"|\}\s*[^\s\w}]"                            # a lambda or a value ended here, and the expression goes on
    r"|\b[A-Z][A-Z0-9_]{2,}\s*\(|#\s*define|\bdecltype\b")


def doubtful(text):
    """The statements that the lint has to look at, as (first line, last line)."""
    code, found, line = code_of(text), [], 1
    for piece in code.split(";"):
        last = line + piece.count("\n")
        if _AWAITS.search(piece):
            rest = _BINDING.sub("auto ", _OPENS_BLOCK.sub(r"\1 ", piece))
            if _DOUBTFUL.search(rest):
                found.append((line, last))
        line = last
    return found
