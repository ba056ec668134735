"""A stranger's spec, patch or model shows nothing of what lies elsewhere, unless its folder is allowed."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from modelcheck.cat import load_model
from modelcheck.errors import InputError
from modelcheck.frontend.spec import load_program, read_spec
from modelcheck.program.ir import Program
from modelcheck.reading import allowing, copy_tree

SECRET = "no_one_may_see_this"

SPEC = """sources = ["a.c"]
{top}
[scenarios.s]
threads = ["t"]
{scenario}
"""


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A folder with files of somebody else's."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (folder / "secret.h").write_text(f"#define SECRET {SECRET}\n{SECRET} 1;\n")
    (folder / "secret.c").write_text(f"int {SECRET};\n")
    (folder / "secret.cat").write_text(f"let {SECRET} = po\nacyclic po as {SECRET}\n")
    return folder


@pytest.fixture
def program(tmp_path: Path) -> Callable[..., Program]:
    """Read a spec in a folder beside the secret one."""
    home = tmp_path / "home"
    home.mkdir()

    def read(code: str = "void t(void) { }\n", top: str = "", scenario: str = "", **files: str) -> Program:
        (home / "a.c").write_text(code)
        (home / "spec.toml").write_text(SPEC.format(top=top, scenario=scenario))
        for name, text in files.items():
            (home / name.replace("_", ".")).write_text(text)
        spec = read_spec(home)
        return load_program(spec, spec.scenarios["s"], spec.variants["base"])

    return read


HOSTILE = {
    "a path that goes up": '#include "../elsewhere/secret.h"\n',
    "an absolute path": '#include "{secret}/secret.h"\n',
    "a path that a macro names": '#define P "../elsewhere/secret.h"\n#include P\n',
    "a link": '#include "link.h"\n',
    "a folder that is a link": '#include "folder/secret.h"\n',
    "a question": '#if __has_include("../elsewhere/secret.h")\n#error there\n#endif\n',
    "a question by a macro": '#define P "../elsewhere/secret.h"\n#if __has_embed(P)\n#error there\n#endif\n',
    "embedded": 'const char c[] = {{\n#embed "../elsewhere/secret.c"\n}};\n',
    "embedded, a link": 'const char c[] = {{\n#embed "link.h"\n}};\n',
    "embedded, by a macro": '#define P "../elsewhere/secret.c"\nconst char c[] = {{\n#embed P\n}};\n',
}


@pytest.mark.parametrize("how", HOSTILE)
def test_what_c_leads_to_elsewhere_is_refused_and_not_shown(
    how: str, program: Callable[..., Program], secret: Path
) -> None:
    (secret.parent / "home" / "link.h").symlink_to("../elsewhere/secret.h")
    (secret.parent / "home" / "folder").symlink_to("../elsewhere")
    with pytest.raises(InputError) as refused:
        program(HOSTILE[how].format(secret=secret) + "void t(void) { }\n")
    assert SECRET not in str(refused.value)
    assert any(what in str(refused.value) for what in ("leads out of the folder", "names a file by a macro"))


@pytest.mark.parametrize(
    ("top", "scenario"),
    [
        ('include = ["../elsewhere"]', ""),
        ('models = ["../elsewhere/secret.cat"]', ""),
        ('models = ["link.cat"]', ""),
        ("", 'sources = ["../elsewhere/secret.c"]'),
        ('[variants.v]\npatch = "../elsewhere/secret.h"', ""),
    ],
)
def test_what_a_spec_names_elsewhere_is_refused(
    top: str, scenario: str, program: Callable[..., Program], secret: Path
) -> None:
    (secret.parent / "home" / "link.cat").symlink_to("../elsewhere/secret.cat")
    with pytest.raises(InputError, match=r"spec.toml:\d+:\d+: .* leads out of the folder") as refused:
        program(top=top, scenario=scenario)
    assert SECRET not in str(refused.value)


def test_a_patch_sees_nothing_through_a_link(program: Callable[..., Program], secret: Path) -> None:
    (secret.parent / "home" / "link.h").symlink_to("../elsewhere/secret.h")
    patch = "--- a/link.h\n+++ b/link.h\n@@ -1,2 +1,2 @@\n-#define SECRET guessed\n+x\n y\n"
    with pytest.raises(InputError, match="leads out of the folder") as refused:
        program(top='[variants.v]\npatch = "p.diff"', p_diff=patch)
    assert SECRET not in str(refused.value)


def test_a_folder_that_is_allowed_is_read(program: Callable[..., Program], secret: Path) -> None:
    (secret / "fine.h").write_text("int fine;\n")
    with allowing([secret]):
        program('#include "../elsewhere/fine.h"\nvoid t(void) { fine = 1; }\n')
    with pytest.raises(InputError, match="leads out of the folder"):
        program('#include "../elsewhere/fine.h"\nvoid t(void) { fine = 1; }\n')


def test_a_repository_may_be_read_whole(program: Callable[..., Program], secret: Path) -> None:
    (secret / "fine.h").write_text("int fine;\n")
    subprocess.run(["git", "init", "-q"], cwd=secret.parent, check=True)
    (secret.parent / "home" / "link.h").symlink_to("../elsewhere/fine.h")
    program('#include "../elsewhere/fine.h"\n#include "link.h"\nvoid t(void) { fine = 1; }\n')


def test_a_model_includes_nothing_from_elsewhere(tmp_path: Path, secret: Path) -> None:
    model = tmp_path / "home" / "m.cat"
    model.parent.mkdir()
    for name in ("../elsewhere/secret.cat", str(secret / "secret.cat"), "link.cat"):
        model.write_text(f'include "{name}"\nacyclic po\n')
        if name == "link.cat":
            (model.parent / name).symlink_to(secret / "secret.cat")
        with pytest.raises(InputError, match="leads out of the folder") as refused:
            load_model(str(model))
        assert SECRET not in str(refused.value)
        with allowing([secret]):
            load_model(str(model))


def test_a_copy_holds_what_links_lead_to_within_bounds_and_no_circles(tmp_path: Path, secret: Path) -> None:
    home = tmp_path / "home"
    (home / "inner").mkdir(parents=True)
    (home / "inner" / "a.h").write_text("a")
    (home / "inner" / "up").symlink_to("..")
    (home / "loop").symlink_to("loop")
    (home / "again.h").symlink_to("inner/a.h")
    (home / "out.h").symlink_to(secret / "secret.h")
    (home / "out").symlink_to(secret)
    copy_tree(home, tmp_path / "copy", (home,))
    found = sorted(p.relative_to(tmp_path / "copy").as_posix() for p in (tmp_path / "copy").rglob("*"))
    assert found == ["again.h", "inner", "inner/a.h"]
