"""Secrets at rest: only the key beside the database opens them."""

import stat
from pathlib import Path

import pytest

from chat_tui.server.store.secrets import BadKey, SecretBox, SecretUnreadable


def test_what_is_sealed_opens_with_the_same_key(tmp_path: Path) -> None:
    """After a start too; the file is one's own (guarantees, Security 2)."""
    box = SecretBox(tmp_path / "key")
    sealed = box.seal("s3cret")
    assert "s3cret" not in sealed
    again = SecretBox(tmp_path / "key")
    assert (again.open(sealed), again.is_new) == ("s3cret", False)
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600


def test_a_key_is_kept_before_the_first_secret_is_sealed_with_it(tmp_path: Path) -> None:
    """And not before: who only looks writes nothing."""
    box = SecretBox(tmp_path / "key")
    assert box.is_new
    assert not (tmp_path / "key").exists()
    box.seal("x")
    assert (tmp_path / "key").exists()
    assert not box.is_new


def test_another_key_opens_nothing(tmp_path: Path) -> None:
    """With the remedy; nor does what is no seal open."""
    sealed = SecretBox(tmp_path / "one").seal("x")
    other = SecretBox(tmp_path / "other")
    for text in (sealed, "", "nonsense"):
        with pytest.raises(SecretUnreadable, match="restore"):
            other.open(text)


def test_a_file_without_a_key_is_said_and_not_replaced(tmp_path: Path) -> None:
    """What lies there may be somebody's."""
    path = tmp_path / "key"
    path.write_bytes(b"no key")
    path.chmod(0o600)
    with pytest.raises(BadKey, match="restore it"):
        SecretBox(path)
    assert path.read_bytes() == b"no key"


def test_signed_data_is_told_from_any_other(tmp_path: Path) -> None:
    """A byte changed, a byte less, another key."""
    box, other = SecretBox(tmp_path / "one"), SecretBox(tmp_path / "other")
    signed = box.sign(b"page 2")
    assert box.unsign(signed) == b"page 2"
    for wrong in (signed[:-1] + b"3", signed[1:], b"", b"page 2", other.sign(b"page 2")):
        assert box.unsign(wrong) is None


def test_a_box_shows_nothing(tmp_path: Path) -> None:
    """Not in a trace."""
    box = SecretBox(tmp_path / "key")
    box.keep()
    assert (tmp_path / "key").read_bytes().decode() not in repr(box)
