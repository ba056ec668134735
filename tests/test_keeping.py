"""Entries in the user's folder for what can be made anew: found whole, by their owner, and never too many."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from modelcheck import keeping
from modelcheck.keeping import Kept, cache_folder, code_changed, code_digest

KEY = b"made of this"


@pytest.fixture
def some(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kept:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return Kept("some", 10_000)


def path_of(tmp_path: Path, key: bytes = KEY) -> Path:
    return tmp_path / "modelcheck" / "some" / key.hex()


def test_what_is_put_is_found(some: Kept) -> None:
    some.put(KEY, {"a": [1, None, "\udce4"]})
    assert some.find(KEY) == {"a": [1, None, "\udce4"]}
    assert some.find(b"made of that") is None


@pytest.mark.parametrize("share", [0, 1, 10, 50, 99])
def test_what_was_cut_off_is_not_found(share: int, some: Kept, tmp_path: Path) -> None:
    some.put(KEY, list(range(100)))
    data = path_of(tmp_path).read_bytes()
    path_of(tmp_path).write_bytes(data[: len(data) * share // 100])
    assert some.find(KEY) is None


def test_each_bit_counts(some: Kept, tmp_path: Path) -> None:
    some.put(KEY, [1, 2])
    data = path_of(tmp_path).read_bytes()
    for bit in range(8 * len(data)):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        path_of(tmp_path).write_bytes(changed)
        assert some.find(KEY) is None


def test_a_full_disk_leaves_nothing_behind(some: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    some.put(KEY, "old")

    def full(path: Path, target: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    some.put(KEY, "new")
    assert some.find(KEY) == "old"
    assert list(path_of(tmp_path).parent.iterdir()) == [path_of(tmp_path)]


def test_an_interrupt_leaves_nothing_behind(some: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(path: Path, target: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", stop)
    with pytest.raises(KeyboardInterrupt):
        some.put(KEY, "new")
    assert list(path_of(tmp_path).parent.iterdir()) == []


def test_a_folder_of_somebody_else_is_not_used(some: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    some.put(KEY, 1)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    assert cache_folder() is None
    assert some.find(KEY) is None


def test_others_cannot_write_to_the_folder(some: Kept, tmp_path: Path) -> None:
    folder = tmp_path / "modelcheck" / "some"
    folder.mkdir(parents=True)
    for place in (folder, folder.parent):
        place.chmod(0o777)
    some.put(KEY, 1)
    assert some.find(KEY) == 1
    assert not any(place.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH) for place in (folder, folder.parent))


def test_one_that_is_larger_than_all_may_be_pushes_no_other_out(some: Kept) -> None:
    some.put(KEY, "x" * 1000)
    some.put(b"large", "x" * 20_000)
    assert some.find(KEY) == "x" * 1000
    assert some.find(b"large") is None


def test_what_is_left_of_a_process_that_was_killed_goes(some: Kept, tmp_path: Path) -> None:
    some.put(KEY, 1)
    left = path_of(tmp_path).with_name("tmp1234")
    left.write_bytes(b"x" * 9_990)
    os.utime(left, (1, 1))
    some.put(b"another", 2)
    assert not left.exists()
    assert (some.find(KEY), some.find(b"another")) == (1, 2)


def test_any_number_of_processes_may_write_at_once(some: Kept, tmp_path: Path) -> None:
    code = """\
from modelcheck.keeping import Kept
some = Kept("some", 10_000)
for number in range(300):
    key = bytes([number % 5])
    some.put(key, [number % 5] * 900)
    found = some.find(bytes([(number + 1) % 5]))
    assert found is None or found == [(number + 1) % 5] * 900
"""
    running = [subprocess.Popen([sys.executable, "-c", code], env={**os.environ}) for _ in range(3)]
    assert [process.wait() for process in running] == [0, 0, 0]
    kept = list(path_of(tmp_path).parent.iterdir())
    assert sum(path.stat().st_size for path in kept) <= 10_000
    assert all(len(path.name) == 2 for path in kept)


def test_code_that_changed_under_a_process_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    files = list(keeping._files(str(Path(keeping.__file__).parent)))
    newest = max(Path(path).stat().st_ctime_ns for path in files)
    monkeypatch.setattr(keeping, "_BEGAN", newest)
    assert not code_changed()
    monkeypatch.setattr(keeping, "_BEGAN", newest - 1)
    assert code_changed()


def test_the_digest_of_the_code_is_of_every_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def digest() -> str:
        code_digest.cache_clear()
        return code_digest()

    before = digest()
    for name in ("a.py", "include/linux/b.h", "kernel/bodies/c.c"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("one")
    with monkeypatch.context() as patch:
        patch.setattr(keeping, "files", lambda package: tmp_path)
        found: list[Any] = [before, digest()]
        for name in ("a.py", "include/linux/b.h", "kernel/bodies/c.c"):
            (tmp_path / name).write_text("two")
            found.append(digest())
        (tmp_path / "a.py").rename(tmp_path / "d.py")
        found.append(digest())
        (tmp_path / ".#d.py").symlink_to("somebody@somewhere")
        assert digest() == found[-1]
    assert len(set(found)) == len(found)
    assert digest() == before


@pytest.mark.skipif(os.name != "posix", reason="files have no permissions for others")
@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_an_entry_that_others_could_write_to_is_not_used(mode: int, some: Kept, tmp_path: Path) -> None:
    some.put(KEY, [1])
    path_of(tmp_path).chmod(mode)
    assert some.find(KEY) is None
    some.put(KEY, [2])
    assert some.find(KEY) == [2]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can give a file to another")
def test_an_entry_of_another_is_not_used(some: Kept, tmp_path: Path) -> None:
    some.put(KEY, [1])
    os.chown(path_of(tmp_path), 12345, -1)
    assert some.find(KEY) is None
