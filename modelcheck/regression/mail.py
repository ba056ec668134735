"""Patches out of mails: a mailbox, one mail, or a bare diff; in the order of a series."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator, Sequence
from email.message import EmailMessage
from typing import Final

from attrs import frozen

from modelcheck.errors import InputError

_SUBJECT: Final = re.compile(r"\[([^\]]*\bPATCH\b[^\]]*)\]", re.IGNORECASE)
_NUMBER: Final = re.compile(r"\b(\d{1,9})\s*/\s*(\d{1,9})\b")
_VERSION: Final = re.compile(r"\bv(\d{1,9})\b", re.IGNORECASE)
_REPLY: Final = re.compile(r"^\s*(re|aw|fwd?)\s*:", re.IGNORECASE)
_BEGINS: Final = re.compile(rb"^From \S+.*\d\d:\d\d.*\d{4}|^From [0-9a-f]{40} ", re.MULTILINE)
_HEADER: Final = re.compile(rb"\A(?:From |(?:[A-Za-z][A-Za-z0-9-]*: .*\r?\n(?:[ \t].*\r?\n)*)*(?:Subject|From|Date): )")
_DIFF: Final = re.compile(r"^(?:diff --git |--- \S.*\n\+\+\+ \S)", re.MULTILINE)


@frozen
class Patch:
    """One patch: ``title`` for people, ``text`` with a unified diff in it, ``file`` it comes from (for errors)."""

    title: str
    text: str
    file: str


@frozen
class Letters:
    """The patches in some files, in the order in which they are to be applied, and what is odd about them."""

    patches: tuple[Patch, ...]
    notes: tuple[str, ...] = ()


@frozen
class _Mail:
    subject: str
    text: str
    version: int = 1
    number: int | None = None
    total: int | None = None


def read_letters(file: str, content: bytes) -> Letters:
    """The patches in ``content``: of a mailbox, a mail (as git format-patch writes it, or as it came), or a diff.

    Of several mails, those with a diff are patches; cover letters and replies are passed over. They are put in the
    order of their ``[PATCH n/m]``; of several versions of a series the last one counts.

    Raises `InputError` for what holds no diff, and for a series with two patches of the same number.
    """
    if not content.strip():
        raise InputError("is empty: there is no patch in it", file)
    if not _HEADER.match(content.lstrip()):
        text = _decoded(content, None)
        if not _DIFF.search(text):
            raise InputError("holds no unified diff", file)
        return Letters((Patch(_short(file), text, file),))
    return _series(file, [_mail(part) for part in _split(content)])


def _split(content: bytes) -> Iterator[bytes]:
    """The mails of a mailbox, each without its ``From `` line."""
    content = content.lstrip()
    starts = [found.start() for found in _BEGINS.finditer(content) if _starts_mail(content, found.start())]
    if not starts or starts[0]:
        starts.insert(0, 0)
    for start, end in zip(starts, [*starts[1:], len(content)], strict=True):
        mail = content[start:end]
        yield mail.partition(b"\n")[2] if mail.startswith(b"From ") else mail


def _starts_mail(content: bytes, at: int) -> bool:
    """Whether a ``From `` line begins a mail: a header follows it. (In a body it may stand unescaped.)"""
    following = content[at:].partition(b"\n")[2]
    return re.match(rb"[A-Za-z][A-Za-z0-9-]*:", following) is not None


def _mail(content: bytes) -> _Mail:
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    subject = " ".join(str(message.get("Subject", "")).split())
    texts = [text for part in message.walk() if (text := _text(part)) is not None]
    with_diff = [text for text in texts if _DIFF.search(text)]
    tag = _SUBJECT.search(subject)
    inner = tag[1] if tag else ""
    version, number = _VERSION.search(inner), _NUMBER.search(inner)
    return _Mail(
        subject,
        "\n".join(with_diff),
        int(version[1]) if version else 1,
        int(number[1]) if number else None,
        int(number[2]) if number else None,
    )


def _text(part: EmailMessage) -> str | None:
    """The text of a part of a mail that may hold a diff."""
    if part.is_multipart():
        return None
    named = str(part.get_filename() or "").endswith((".patch", ".diff", ".txt"))
    if part.get_content_maintype() != "text" and not named:
        return None
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return None
    return _decoded(payload, part.get_content_charset())


def _decoded(content: bytes, charset: str | None) -> str:
    for one in (charset, "utf-8"):
        if one is not None:
            try:
                return content.decode(one)
            except (UnicodeDecodeError, LookupError):
                continue
    return content.decode("latin-1")


def _series(file: str, mails: Sequence[_Mail]) -> Letters:
    notes: list[str] = []
    patches: list[_Mail] = []
    for mail in mails:
        if mail.text and not _REPLY.match(mail.subject):
            patches.append(mail)
        elif mail.text:
            notes.append(f"passed over: a reply with a diff in it, '{mail.subject}'")
    if not patches:
        raise InputError("holds no mail with a patch", file)
    versions = sorted({mail.version for mail in patches})
    if len(versions) > 1:
        older = ", ".join(f"v{version}" for version in versions[:-1])
        notes.append(f"passed over: {older} of the series; v{versions[-1]} counts")
        patches = [mail for mail in patches if mail.version == versions[-1]]
    return Letters(
        tuple(_patch(file, mail) for mail in _ordered(file, patches, notes)),
        tuple(notes),
    )


def _ordered(file: str, patches: Sequence[_Mail], notes: list[str]) -> list[_Mail]:
    numbered: dict[int, _Mail] = {}
    free = []
    for mail in patches:
        if mail.number is None:
            free.append(mail)
        elif mail.number not in numbered:
            numbered[mail.number] = mail
        elif numbered[mail.number].text != mail.text:
            raise InputError(
                f"two different mails are patch {mail.number}: '{numbered[mail.number].subject}' and '{mail.subject}'",
                file,
            )
    total = max((mail.total or 0 for mail in numbered.values()), default=0)
    missing = [str(number) for number in range(1, total + 1) if number not in numbered]
    if missing and len(numbered) > 1:
        notes.append(f"of the {total} patches of this series {', '.join(missing)} {_are(missing)} not here")
    return [numbered[number] for number in sorted(numbered)] + free


def _are(several: Sequence[str]) -> str:
    return "is" if len(several) == 1 else "are"


def _short(file: str) -> str:
    return file.rsplit("/", 1)[-1]


def _patch(file: str, mail: _Mail) -> Patch:
    if not mail.subject:
        return Patch(_short(file), mail.text, file)
    return Patch(mail.subject, mail.text, f"{file}, '{mail.subject}'")
