"""``modelcheck replay``: exit codes, what it says, and stepping through a failure."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from modelcheck.cli.app import cli
from modelcheck.errors import InputError

ROOT = Path(__file__).parents[2]

PROGRAM = """
#include <pthread.h>
#include <assert.h>
#include <stdlib.h>

struct box { int lid; int *inside; };
static struct box *box;
static int coin = 5;

static int look(struct box *found)
{
	int seen = found->lid + 1;

	return *found->inside + seen;
}

static void *opener(void *arg)
{
	box->lid = 1;
	box->inside = &coin;
	return NULL;
}

static void *looker(void *arg)
{
	int sum = look(box);

	assert(sum != 7);
	return NULL;
}

int main(void)
{
	pthread_t one, two;
	int nothing = -3;

	box = malloc(sizeof(*box));
	box->lid = 0;
	box->inside = &nothing;
	pthread_create(&one, NULL, opener, NULL);
	pthread_create(&two, NULL, looker, NULL);
	pthread_join(one, NULL);
	pthread_join(two, NULL);
	return 0;
}
"""


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program that fails, and its trace, in the current folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "program.c").write_text(PROGRAM)
    done = CliRunner().invoke(cli, ["check", "program.c", "--model", "sc", "--property", "assertion", "-j", "0"])
    assert done.exit_code == 1, done.output
    return tmp_path / "traces" / "program" / "main--base--sc.json"


def run(*arguments: object, said: str | None = None) -> tuple[int, str]:
    done = CliRunner().invoke(cli, ["replay", *map(str, arguments)], input=said)
    if isinstance(done.exception, InputError):
        return 2, str(done.exception)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


def test_a_trace_reproduces_from_any_folder(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    code, said = run(kept)
    assert code == 0
    assert said.splitlines()[0] == "program: main, base, sc: reproduces"
    assert "program.c:28: assert(sum != 7);" in said


def test_mended_code_is_told_with_both_lines(kept: Path) -> None:
    text = PROGRAM.replace("\tbox->lid = 1;", "\n\tbox->lid = 2;")
    (kept.parents[2] / "program.c").write_text(text)
    code, said = run(kept)
    assert code == 1
    first, then, now = said.splitlines()
    assert first.startswith("program: main, base, sc: no longer possible: step ")
    assert "opener writes box@program.c:37.lid = 2, where the trace writes box@program.c:37.lid = 1" in first.replace(
        "program.c:38", "program.c:37"
    )
    assert then == "  then  program.c:19: box->lid = 1;"
    assert now == "  now   program.c:20: box->lid = 2;"


def test_what_is_no_source_of_the_trace_is_refused_in_one_line(kept: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.c"
    other.write_text("#include <pthread.h>\nint main(void) { return 0; }\n")
    for arguments in ((kept, "--source", other), (kept, "--source", tmp_path / "none"), (tmp_path / "none.json",)):
        code, said = run(*arguments)
        assert code == 2
        assert "\n" not in said.strip()


def test_stepping_shows_threads_calls_variables_and_memory(kept: Path) -> None:
    code, said = run(kept, "--interactive", said="help\nn\nn\nb\nl\nm\ng 6\nt looker\ng 0\ng 99\nq\nn\n")
    assert code == 0
    assert "step 0 of" in said
    assert "p EXPR       value of a C expression here" in said
    assert "looker > look" in said
    assert "look: found = &box@program.c:37" in said
    assert "-> 1" in said
    assert "this is the end" in said
    assert "> looker: looker  (stopped: assertion: sum != 7)" in said


def answers(kept: Path, *commands: str) -> list[str]:
    """What is said to ``commands`` after the opening."""
    _, before = run(kept, "--interactive", said="")
    code, said = run(kept, "--interactive", said="\n".join(commands) + "\n")
    assert code == 0
    assert said.startswith(before)
    return said[len(before) :].splitlines()


def test_expressions_are_those_of_the_program(kept: Path) -> None:
    said = answers(
        kept,
        "p coin * 2 + (box->lid == 0)",
        "p box->lid",
        "p box->inside == &coin",
        "p *box->inside",
        "p (char)0x141",
        "p sizeof(struct box)",
        "p box->inside",
        "g 99",
        "p box->lid",
        "p box->inside",
        "p *box->inside",
        "t looker",
        "p sum",
    )
    told = [line for line in said if " = " in line and not line.startswith((" ", ">"))]
    assert told[:6] == [
        "coin * 2 + (box->lid == 0) = 11",
        "box->lid = 0",
        "box->inside == &coin = 0",
        "*box->inside = -3",
        "(char)0x141 = 65",
        "sizeof(struct box) = 16",
    ]
    assert "box->lid = 1" in told
    assert "box->inside = &coin" in told
    assert "*box->inside = 5" in told
    assert "sum = 7" in told


def test_what_is_watched_is_told_when_it_changes(kept: Path) -> None:
    said = answers(kept, "watch box->lid", *["n"] * 8, "unwatch", "b", "b", "b", "b", "b", "b", "b", "b")
    assert said[0] == "box->lid = 0"
    assert [line for line in said if "watched" in line] == ["  watched: box->lid: 0 -> 1"]


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("p nonsense", "'nonsense': use of undeclared identifier 'nonsense'"),
        ("p coin +", "'coin +': expected expression"),
        ("p coin; } int f(void) { return 1", "'coin; } int f(void) { return 1' is no expression"),
        ("p *(int *)8", "'*(int *)8' has no value: read of address 0x8 through a null pointer"),
        ("p", "p EXPR: an expression of C"),
        ("p *box", "'*box'"),
        ("g nowhere", "'nowhere' is no number of a step"),
        ("t nobody", "no thread 'nobody' here; there are main"),
        ("dance", "'dance' is no command; help lists them"),
    ],
)
def test_a_wrong_command_is_answered_in_one_line(kept: Path, command: str, answer: str) -> None:
    (said,) = answers(kept, command)
    assert said.startswith(answer)


def test_page_names_are_understood_as_they_are_told() -> None:
    trace = ROOT / "traces" / "balloon" / "clear-watched--clear-no-wmb--lkmm.json"
    said = answers(trace, "g 9", "p page[0].mapping", "p virtio_balloon.num_pages == vb->num_pages", "p vb->nothing")
    assert "page[0].mapping = 0" in said
    assert "virtio_balloon.num_pages == vb->num_pages = 1" in said
    assert said[-1] == "'vb->nothing': no member named 'nothing' in 'struct virtio_balloon'"


def test_nothing_in_a_trace_acts_on_a_terminal(kept: Path) -> None:
    document = json.loads(kept.read_text())
    document["message"] = "\x1b[2J\u202eevil"
    document["scenario"] = "main\x1b"
    kept.write_text(json.dumps(document))
    code, said = run(kept)
    assert "\x1b" not in said
    assert code == 2
