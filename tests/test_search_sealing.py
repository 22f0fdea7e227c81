"""What passes through a cluster is read by nobody without the watch's key, and cannot be exchanged."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.cluster.sealing import Broken, Seal

KEY = b"k" * 32


@given(st.binary(max_size=400), st.text(alphabet="abc-123", max_size=20))
def test_what_was_sealed_is_opened_with_the_same_key(data: bytes, about: str) -> None:
    sealed = Seal(KEY).close(data, about=about)

    assert Seal(KEY).open(sealed, about=about) == data


@pytest.mark.parametrize(
    ("key", "about", "change"),
    [(b"x" * 32, "a-1", b""), (KEY, "a-2", b""), (KEY, "a-1", b"!")],
    ids=["another key", "another place", "changed since"],
)
def test_anything_else_is_refused(key: bytes, about: str, change: bytes) -> None:
    sealed = Seal(KEY).close(b"Wilhelmine", about="a-1")

    with pytest.raises(Broken):
        Seal(key).open(sealed + change, about=about)


@given(st.binary(max_size=60))
def test_bytes_of_others_are_refused(data: bytes) -> None:
    with pytest.raises(Broken):
        Seal(KEY).open(data, about="a-1")


def test_a_seal_shows_nothing_and_is_never_the_same() -> None:
    seal = Seal(KEY)

    first, second = (seal.close(b"Wilhelmine", about="a-1") for _ in range(2))

    assert first != second
    assert b"Wilhelmine" not in first


def test_the_proof_tells_keys_apart_and_nothing_else() -> None:
    assert Seal(KEY).proof == Seal(KEY).proof != Seal(b"x" * 32).proof
    assert KEY.hex() not in Seal(KEY).proof
