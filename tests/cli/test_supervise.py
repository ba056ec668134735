"""A command whose process dies, or does not listen, answers all the same."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

WORK = """
import os, signal, sys, time
from modelcheck.cli.supervise import supervise

def work():
    {body}

supervise(work)
"""


def supervised(body: str) -> subprocess.Popen[str]:
    script = WORK.format(body="\n    ".join(body.splitlines()))
    command = [sys.executable, "-c", script]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)


@pytest.mark.parametrize(
    ("body", "code", "told"),
    [
        ("sys.exit(0)", 0, ""),
        ("sys.exit(3)", 3, ""),
        ("signal.signal(signal.SIGPIPE, signal.SIG_DFL)\nos.kill(os.getpid(), signal.SIGPIPE)", 141, ""),
        (
            "os.kill(os.getpid(), signal.SIGSEGV)",
            3,
            "modelcheck: UNKNOWN: the process was ended by SIGSEGV (nested too deeply, or out of memory?)\n",
        ),
    ],
)
def test_it_ends_as_the_work_does_or_says_how_that_died(body: str, code: int, told: str) -> None:
    with supervised(body) as process:
        _, err = process.communicate(timeout=600)
    assert (process.returncode, err) == (code, told)


@pytest.mark.parametrize("whole_group", [False, True])
@pytest.mark.parametrize("listens", [False, True])
def test_after_ctrl_c_it_ends_soon(whole_group: bool, listens: bool) -> None:
    """Whether the work tells what it knows, or is in a call that does not end."""
    deaf = "signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])"
    told = "except KeyboardInterrupt:\n    print(1)\n    sys.stdout.flush()\n    sys.exit(3)"
    keen = f"try:\n    print(0, flush=True)\n    time.sleep(3000)\n{told}"
    body = keen if listens else f"{deaf}\nprint(0, flush=True)\ntime.sleep(3000)"
    with supervised(body) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "0\n"
        (os.killpg if whole_group else os.kill)(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=600)
    assert (process.returncode, out, err) == ((3, "1\n", "") if listens else (130, "", "modelcheck: interrupted\n"))


def test_work_that_is_deaf_to_its_time_limit_is_ended() -> None:
    deaf = "signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])"
    body = f"from modelcheck.run import alarm\n{deaf}\nwith alarm(0.1):\n    time.sleep(3000)"
    with supervised(body) as process:
        _, err = process.communicate(timeout=600)
    told = "modelcheck: UNKNOWN: the time limit was reached, and the process was ended\n"
    assert (process.returncode, err) == (3, told)


def test_nobody_is_left_when_the_process_that_watches_is_killed() -> None:
    with supervised("print(os.getpid(), flush=True)\ntime.sleep(3000)") as process:
        assert process.stdout is not None
        child = int(process.stdout.readline())
        process.kill()
        process.wait()
        end = time.monotonic() + 600
        while Path(f"/proc/{child}").exists() and time.monotonic() < end:
            if "Z" in Path(f"/proc/{child}/stat").read_text().split()[2:3]:
                break
            time.sleep(0.01)
        else:
            assert not Path(f"/proc/{child}").exists()


@pytest.mark.parametrize(
    ("command", "code", "told"),
    [
        ("check {file} >&-", 2, "modelcheck: the standard output is closed: nothing could be told\n"),
        ("check {file} > /dev/full", 2, "modelcheck: No space left on device\n"),
        ("show /dev/zero", 2, "modelcheck: /dev/zero: is neither a file nor a pipe\n"),
        ("check /dev/zero", 2, "modelcheck: /dev/zero: is neither a file nor a pipe\n"),
        ("litmus /dev/zero", 2, None),
        ("check '{gone}/x.c' {then}", 2, None),
        ("check $'\\xff.c'", 2, "modelcheck: \N{REPLACEMENT CHARACTER}.c: no such file\n"),
        ("check {file} -j 0; :", 0, ""),
    ],
)
def test_what_the_system_refuses_is_told_in_one_line(command: str, code: int, told: str | None, tmp_path: Path) -> None:
    file = tmp_path / "a.c"
    file.write_text("int main(void) { return 0; }\n")
    whole = command.format(file=file, gone=tmp_path / "gone", then="")
    run = subprocess.run(
        ["bash", "-c", f"exec 2>err; {sys.executable} -m modelcheck.cli {whole}"],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        check=False,
        timeout=600,
    )
    err = (tmp_path / "err").read_text()
    assert run.returncode == code
    assert len(err.splitlines()) <= 1
    assert "Traceback" not in err
    assert told is None or err == told


def test_a_working_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    script = f"mkdir gone && cd gone && rmdir ../gone && {sys.executable} -m modelcheck.cli check x.c"
    run = subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=600)
    assert (run.returncode, run.stderr) == (2, "modelcheck: the working folder is not there any more\n")


@pytest.mark.parametrize("jobs", ["0", "1"])
def test_nesting_that_no_stack_holds_is_unknown(jobs: str, tmp_path: Path) -> None:
    deep = 100_000
    (tmp_path / "a.c").write_text(f"int main(void) {{ int x = {'(' * deep}1{')' * deep}; return x; }}\n")
    command = [sys.executable, "-m", "modelcheck.cli", "check", "-j", jobs, "--model", "sc", "a.c"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=600)
    assert run.returncode in (2, 3)
    assert "UNKNOWN" in run.stdout + run.stderr or run.returncode == 2
    assert "Traceback" not in run.stderr


def test_an_expression_and_calls_a_thousand_deep_are_followed(tmp_path: Path) -> None:
    calls = "".join(f"int f{n}(int x) {{ return f{n - 1}(x) + 1; }}\n" for n in range(1, 1200))
    body = f"int y = {'+'.join(['g'] * 1500)}; assert(f1199(y) == 1199 + 1500);"
    chain = "else ".join(f"if (y == {n}) g = {n}; " for n in range(1500))
    text = (
        f"#include <assert.h>\nint g = 1;\nint f0(int x) {{ return x; }}\n{calls}int main(void) {{ {body} {chain} }}\n"
    )
    (tmp_path / "a.c").write_text(text)
    command = [sys.executable, "-m", "modelcheck.cli", "check", "-j", "0", "--model", "sc", "a.c"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=600)
    assert (run.returncode, run.stderr) == (0, "")
