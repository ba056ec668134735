"""Patches as they come: mailboxes, mails in every encoding, bare diffs; in the order of their series."""

from __future__ import annotations

import base64
import quopri

import pytest

from modelcheck.errors import InputError
from modelcheck.regression.mail import Letters, read_letters

DIFF = "--- a/a.c\n+++ b/a.c\n@@ -1 +1 @@\n-x = ü;\n+y = ü;\n"


BEGINS = "From " + "0123456789" * 4 + " Mon Sep 17 00:00:00 2001\nFrom: A <a@example.org>"


def mail(subject: str, body: str = DIFF) -> bytes:
    return f"{BEGINS}\nSubject: {subject}\n\nWhy.\n---\n{body}\n".encode()


def titles(letters: Letters) -> list[str]:
    return [patch.title for patch in letters.patches]


def test_a_bare_diff_is_a_patch_named_after_its_file() -> None:
    letters = read_letters("some/fix.diff", DIFF.encode())
    assert titles(letters) == ["fix.diff"]
    assert letters.patches[0].text == DIFF


def test_a_series_is_put_in_the_order_of_its_numbers_without_cover_letter() -> None:
    box = mail("[PATCH 2/2] second") + mail("[PATCH 0/2] cover", "nothing\n") + mail("[PATCH 1/2] first")
    assert titles(read_letters("m", box)) == ["[PATCH 1/2] first", "[PATCH 2/2] second"]


def test_replies_are_passed_over_and_told_when_they_hold_a_diff() -> None:
    quoted = "".join(f"> {line}\n" for line in DIFF.splitlines())
    box = mail("[PATCH] it") + mail("Re: [PATCH] it", quoted) + mail("Re: [PATCH] it", DIFF)
    letters = read_letters("m", box)
    assert titles(letters) == ["[PATCH] it"]
    assert letters.notes == ("passed over: a reply with a diff in it, 'Re: [PATCH] it'",)


def test_of_several_versions_the_last_counts() -> None:
    box = mail("[PATCH 1/1] old") + mail("[PATCH v3 1/1] new") + mail("[RFC PATCH v2 1/1] between")
    letters = read_letters("m", box)
    assert titles(letters) == ["[PATCH v3 1/1] new"]
    assert letters.notes == ("passed over: v1, v2 of the series; v3 counts",)


def test_missing_patches_of_a_series_are_told() -> None:
    letters = read_letters("m", mail("[PATCH 4/4] d") + mail("[PATCH 2/4] b"))
    assert letters.notes == ("of the 4 patches of this series 1, 3 are not here",)
    assert read_letters("m", mail("[PATCH 2/4] b")).notes == ()


def test_two_different_patches_of_one_number_are_refused() -> None:
    with pytest.raises(InputError, match="two different mails are patch 1"):
        read_letters("m", mail("[PATCH 1/2] a") + mail("[PATCH 1/2] b", DIFF.replace("y", "z")))


def test_the_same_patch_twice_is_one() -> None:
    assert titles(read_letters("m", mail("[PATCH 1/2] a") + mail("[PATCH 1/2] a"))) == ["[PATCH 1/2] a"]


@pytest.mark.parametrize("encoding", ["quoted-printable", "base64", "8bit"])
@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1"])
def test_encodings_of_mails_are_undone(encoding: str, charset: str) -> None:
    body = DIFF.encode(charset)
    coded = {"quoted-printable": quopri.encodestring(body), "base64": base64.encodebytes(body), "8bit": body}[encoding]
    head = f"From: a\nSubject: =?utf-8?q?=5BPATCH=5D_f=C3=BCr?=\nContent-Type: text/plain; charset={charset}\n"
    content = f"{head}Content-Transfer-Encoding: {encoding}\n\n".encode() + coded
    letters = read_letters("m", content)
    assert titles(letters) == ["[PATCH] für"]
    assert letters.patches[0].text.replace("\r\n", "\n").strip() == DIFF.strip()


def test_an_attached_patch_is_found() -> None:
    head = 'From: a\nSubject: [PATCH] it\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b"\n\n'
    parts = "--b\nContent-Type: text/plain\n\nSee there.\n--b\nContent-Type: text/x-patch\n\n" + DIFF + "--b--\n"
    assert read_letters("m", (head + parts).encode()).patches[0].text.strip() == DIFF.strip()


def test_a_line_that_begins_with_from_is_no_mail_of_its_own() -> None:
    body = "From here on it is right, as of 10:00 in 2012.\n---\n" + DIFF
    assert titles(read_letters("m", mail("[PATCH] it", body))) == ["[PATCH] it"]


def test_windows_mails_are_read() -> None:
    letters = read_letters("m", mail("[PATCH] it").replace(b"\n", b"\r\n"))
    assert titles(letters) == ["[PATCH] it"]
    assert letters.patches[0].text.replace("\r\n", "\n").count("+y = ü;\n") == 1


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty: there is no patch in it"),
        (b" \n\n", "is empty: there is no patch in it"),
        (b"hello\n", "holds no unified diff"),
        (mail("[PATCH 0/2] cover", "nothing\n"), "holds no mail with a patch"),
        (mail("Re: [PATCH] it"), "holds no mail with a patch"),
        (b"\x00\xff\xfe" * 10, "holds no unified diff"),
    ],
)
def test_what_holds_no_patch_is_told(content: bytes, told: str) -> None:
    with pytest.raises(InputError) as caught:
        read_letters("m", content)
    assert str(caught.value) == f"m: {told}"
