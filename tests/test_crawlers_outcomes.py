"""Why a read ended as it did, told apart for people."""

from __future__ import annotations

import pytest
from OpenSSL.SSL import Error as TlsError
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    UnsupportedURLSchemeError,
)
from twisted.internet.error import ConnectionLost
from twisted.python.failure import Failure
from twisted.web.client import ResponseFailed

from crawlers.items import OutcomeState
from crawlers.outcomes import DeadlinePassed, Ending, explain_error, explain_status, is_for_good
from watchlists.errors import AddressRefused
from watchlists.messages import load_messages

ENGLISH = load_messages("en")


def wrapped(cause: Exception) -> DownloadFailedError:
    """A failure as Scrapy hands it on: Twisted's collection of failures behind its own error."""
    error = DownloadFailedError("failed")
    error.__cause__ = ResponseFailed([Failure(cause)])
    return error


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (CannotResolveHostError("x"), "name does not exist"),
        (DownloadConnectionRefusedError("x"), "refuses connections"),
        (DownloadTimeoutError("x"), "in time"),
        (DownloadCancelledError("x"), "larger than we accept"),
        (UnsupportedURLSchemeError("ftp"), "only http and https"),
        (wrapped(TlsError([])), "certificate"),
        (wrapped(ConnectionLost()), "broke the answer off"),
        (IgnoreRequest("max redirections reached"), "in circles"),
        (IgnoreRequest("exceeded DOWNLOAD_MAXSIZE (1 B) during decompression."), "larger than we accept"),
        (
            AddressRefused("The address {host} is refused.", why="It is private.", host="h"),
            "The address h is refused",
        ),
        (DeadlinePassed("x"), "longer than one run allows"),
        (ZeroDivisionError("x"), "ZeroDivisionError"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_each_error_has_its_own_words(error: Exception, words: str) -> None:
    ending = explain_error(error, ENGLISH)

    assert words in ending.reason
    assert ending.state == "failed"


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (401, "walled"),
        (403, "walled"),
        (404, "failed"),
        (410, "gone"),
        (429, "failed"),
        (500, "failed"),
        (302, "failed"),
    ],
)
def test_each_status_has_its_state_and_is_named(status: int, state: OutcomeState) -> None:
    ending = explain_status(status, ENGLISH)

    assert ending.state == state
    assert str(status) in ending.reason


def test_only_refusals_that_would_come_again_are_for_good() -> None:
    blocked = Ending(state="blocked_by_robots", reason="")
    failed = Ending(state="failed", reason="")

    assert is_for_good(IgnoreRequest(), blocked)
    assert is_for_good(AddressRefused("no"), failed)
    assert not is_for_good(DownloadTimeoutError(), failed)


def test_an_error_that_causes_itself_is_explained_all_the_same() -> None:
    error = RuntimeError("loop")
    error.__cause__ = error

    assert "RuntimeError" in explain_error(error, ENGLISH).reason


def test_reasons_speak_french_with_french_typography() -> None:
    reason = explain_error(DownloadTimeoutError(), load_messages("fr")).reason

    assert reason == "le site n’a pas répondu à temps"
