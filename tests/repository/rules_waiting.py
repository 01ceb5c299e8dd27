"""The rule about waiting, for rules.py: a test that sleeps hopes, and a product that sleeps blocks the loop.

In a test, and in the simulator, a short pause between two looks at a condition is allowed where nothing announces it:
inside a loop that the condition ends.
"""
import ast
import re

PAUSES = ("tests/", "tools/hetzner-sim/")

_SLEEP = re.compile(r"\b(?:this_thread::sleep_(?:for|until)|usleep|nanosleep|clock_nanosleep)\s*\(([^;\n]*)\)|"
                    r"(?:^|[;{}(=])\s*(?:::)?sleep\s*\(", re.MULTILINE)
_SHORT = re.compile(r"\d\d?ms|(?:std::chrono::)?milliseconds[({]\d\d?[)}]|\d{1,2}'?\d{3}")

# What is a sleep by another name: waiting for nothing but the clock.
_CLOCK_WAITS = (
    re.compile(r"\bwhile\s*\([^;{}]*\bnow\(\)[^;{}]*\)\s*(?:;|\{\s*\})"),
    re.compile(r"(?<![\w.])(?:::)?(?:poll|ppoll)\s*\(\s*(?:nullptr|NULL|0)\s*,[^;\n]*\)"),
    re.compile(r"(?<![\w.])(?:::)?select\s*\(\s*0\s*,[^;\n]*\)"),
)
_TIMER = re.compile(r"\b(?:steady_timer|system_timer|deadline_timer|high_resolution_timer)\s+(\w+)\s*[({]")
_LOOP = re.compile(r"\b(?:while|for)\s*\(|\bdo\s*$")


def _heads(code, at):
    """What stands before the statement at this place of C++, and before each block around it: "while (…)"."""
    end, collecting, braces, parentheses = at, True, 0, 0
    for place in range(at - 1, -1, -1):
        mark = code[place]
        if mark == ")":
            parentheses += 1
        elif mark == "(":
            parentheses = max(0, parentheses - 1)
        elif parentheses or mark not in "{};":
            continue
        elif mark == "{" and braces:
            braces -= 1
        else:
            if collecting:
                yield code[place + 1:end]
            collecting, end = mark == "{", place
            braces += mark == "}"
    if collecting:
        yield code[:end]


def _in_a_loop(code, at):
    return any(_LOOP.search(head) for head in _heads(code, at))


def in_cpp(path, code):
    """(line, message) for each sleep in C++ without comments and literals."""
    problems = []
    for match in _SLEEP.finditer(code):
        pause = path.startswith(PAUSES) and _SHORT.fullmatch((match.group(1) or "").strip())
        if not pause or not _in_a_loop(code, match.start()):
            problems.append((match.start(), match.group(0)))
    for pattern in _CLOCK_WAITS:
        problems += [(match.start(), match.group(0)) for match in pattern.finditer(code)]
    for timer in _TIMER.finditer(code):
        problems += [(match.start(), match.group(0))
                     for match in re.finditer(rf"\b{timer.group(1)}\s*\.\s*wait\s*\(", code)]
    return [(code.count("\n", 0, at) + 1, f"{' '.join(text.split())}: wait for the condition")
            for at, text in sorted(problems)]


def _name(function):
    parts = []
    while isinstance(function, (ast.Attribute, ast.Call)):
        parts.append(function.attr if isinstance(function, ast.Attribute) else "()")
        function = function.value if isinstance(function, ast.Attribute) else function.func
    parts.append(function.id if isinstance(function, ast.Name) else "?")
    return ".".join(reversed(parts))


def _looks(loop):
    """Whether something that it sees ends the loop, before its rounds are over."""
    if isinstance(loop, ast.While) and not isinstance(loop.test, ast.Constant):
        return True
    return any(isinstance(node, (ast.Break, ast.Return, ast.Raise)) for node in ast.walk(loop))


def in_python(path, text):
    problems = []

    def visit(node, loop):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            loop = None
        elif isinstance(node, (ast.While, ast.For, ast.AsyncFor)):
            loop = node
        elif isinstance(node, ast.ImportFrom) and node.module in ("time", "asyncio"):
            problems.extend((node.lineno, f"from {node.module} import sleep: say {node.module}.sleep")
                            for name in node.names if name.name == "sleep")
        elif isinstance(node, ast.Call):
            name = _name(node.func)
            value = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else None
            if name in ("time.sleep", "asyncio.sleep"):
                short = isinstance(value, (int, float)) and value <= 0.1 and path.startswith(PAUSES)
                if not short or loop is None or not _looks(loop):
                    problems.append((node.lineno, f"{ast.unparse(node)}: wait for the condition"))
            elif name == "signal.pause" or name.endswith("Event.().wait") or (
                    name == "select.select" and all(isinstance(a, ast.List) and not a.elts for a in node.args[:3])):
                problems.append((node.lineno, f"{ast.unparse(node)}: waits for nothing but the clock"))
        for child in ast.iter_child_nodes(node):
            visit(child, loop)

    try:
        visit(ast.parse(text), None)
    except SyntaxError as error:
        return [(error.lineno or 1, f"does not parse: {error.msg}")]
    return problems
