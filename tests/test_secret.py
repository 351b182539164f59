import os
import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import SetupFault
from bot.core.signing import genuine, sign
from bot.secret import secret_key
from bot.settings import Settings


def settings(folder: Path, **values: Any) -> Settings:
    return Settings(_env_file=None, data_dir=folder, **values)


def test_a_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    made = secret_key(settings(tmp_path / "new"))
    assert len(made) >= 48
    assert secret_key(settings(tmp_path / "new")) == made
    assert [each.name for each in (tmp_path / "new").iterdir()] == ["secret.key"]
    assert stat.S_IMODE((tmp_path / "new" / "secret.key").stat().st_mode) == 0o600
    assert secret_key(settings(tmp_path / "other")) != made


def test_the_key_of_who_was_first_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    link = os.link

    def late(source: Path, target: Path) -> None:
        target.write_bytes(b"the other process was first")
        link(source, target)

    monkeypatch.setattr(os, "link", late)
    assert secret_key(settings(tmp_path)) == b"the other process was first"


def test_a_key_that_is_set_is_used_and_a_short_one_is_refused(tmp_path: Path) -> None:
    assert secret_key(settings(tmp_path, secret_key="k" * 32)) == b"k" * 32
    assert not list(tmp_path.iterdir())
    with pytest.raises(SetupFault, match="at least 32"):
        secret_key(settings(tmp_path, secret_key="k" * 31))


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(SetupFault, match=r"cannot be kept.*SECRET_KEY"):
        secret_key(settings(tmp_path / "file"))


@given(st.binary(min_size=1), st.text(), st.text())
def test_a_signature_is_good_for_its_text_and_purpose_only(key: bytes, purpose: str, text: str) -> None:
    purpose = purpose.replace("\0", "")
    signature = sign(key, purpose, text)
    assert len(signature) == 26
    assert genuine(key, purpose, text, signature.upper())
    assert not genuine(key + b"x", purpose, text, signature)
    assert not genuine(key, purpose + "x", text, signature)
    assert not genuine(key, purpose, text + "x", signature)
    assert not genuine(key, purpose, text, signature[:-1])
