"""Why a read ended as it did, in words for a community manager. Pure; knows Scrapy's and Twisted's errors.

The order matters: the first explanation that fits is given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from OpenSSL.SSL import Error as TlsError
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)
from service_identity import VerificationError
from twisted.internet.error import ConnectError, ConnectionDone, ConnectionLost
from twisted.web.http import PotentialDataLoss, _DataLoss

from crawlers.items import OutcomeState
from crawlers.parsers.walls import WallMet
from watchlists.errors import AddressRefused, VeilleurError
from watchlists.messages import Messages

WALLED = frozenset({401, 402, 403, 407, 451})


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """The state a source ends in, and why, in the watch's language."""

    state: OutcomeState
    reason: str


class ReadRefused(IgnoreRequest):
    """Raised by a middleware that will not send a request: says its own ending."""

    def explain(self, messages: Messages, /) -> Ending:
        """The state and the reason, in the watch's language."""
        return Ending(state="failed", reason=str(self))


class DeadlinePassed(ReadRefused):
    """A source used up the time it has in one run."""

    def explain(self, messages: Messages, /) -> Ending:
        """What was read before stays; the rest is for the next run."""
        return Ending(
            state="failed", reason=messages.gettext("it took longer than one run allows for a source")
        )


def explain_status(status: int, messages: Messages) -> Ending:
    """The ending behind an HTTP status that is not a success."""
    text = _status_text(status, messages).format(status=status)
    if status == 410:
        return Ending(state="gone", reason=text)
    return Ending(state="walled" if status in WALLED else "failed", reason=text)


def explain_error(error: BaseException, messages: Messages) -> Ending:
    """The ending behind an exception of a download or of a parser."""
    if isinstance(error, ReadRefused):
        return error.explain(messages)
    if isinstance(error, VeilleurError):
        state: OutcomeState = "walled" if isinstance(error, WallMet) else "failed"
        return Ending(state=state, reason=" ".join(error.parts(messages.gettext)[:2]))
    for kinds, explain in EXPLANATIONS:
        if any(isinstance(cause, kinds) for cause in _causes(error)):
            return Ending(state="failed", reason=explain(error, messages))
    text = messages.gettext("an unexpected error of Veilleur itself: {name}")
    return Ending(state="failed", reason=text.format(name=type(error).__name__))


def is_for_good(error: BaseException, ending: Ending) -> bool:
    """Whether asking again would get the same refusal."""
    is_refused = any(isinstance(cause, AddressRefused) for cause in _causes(error))
    return is_refused or ending.state == "blocked_by_robots"


def _status_text(status: int, messages: Messages) -> str:
    gettext = messages.gettext
    if status in WALLED:
        return gettext("the site asks for a log-in or refuses programs (HTTP {status})")
    texts = {
        404: gettext("nothing is at this address any more (HTTP 404)"),
        410: gettext("the site says it was removed for good (HTTP 410); it is not read again"),
        429: gettext("the site asks us to come less often (HTTP 429)"),
        503: gettext("the site is not available for the moment (HTTP 503)"),
    }
    if status in texts:
        return texts[status]
    if status >= 500:
        return gettext("the site has an error of its own (HTTP {status})")
    if 300 <= status < 400:
        return gettext("the site sends readers elsewhere without saying where (HTTP {status})")
    return gettext("the site answered in an unexpected way (HTTP {status})")


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error, what it came from, and what Twisted collected in it."""
    waiting: list[BaseException | None] = [error]
    for _ in range(20):
        if not waiting:
            return
        cause = waiting.pop(0)
        if cause is None:
            continue
        yield cause
        failures = getattr(cause, "reasons", None) or ()
        waiting += [getattr(failure, "value", None) for failure in failures]
        waiting += [cause.__cause__, cause.__context__]


def _refused(error: BaseException, messages: Messages) -> str:
    refusal = next(cause for cause in _causes(error) if isinstance(cause, AddressRefused))
    return " ".join(refusal.parts(messages.gettext)[:2])


def _unresolved(_: BaseException, messages: Messages) -> str:
    return messages.gettext("the site’s name does not exist or cannot be looked up")


def _no_connection(_: BaseException, messages: Messages) -> str:
    return messages.gettext("the site refuses connections")


def _too_slow(_: BaseException, messages: Messages) -> str:
    return messages.gettext("the site did not answer in time")


def _bad_certificate(_: BaseException, messages: Messages) -> str:
    return messages.gettext("the site’s security certificate cannot be trusted")


def _too_large(_: BaseException, messages: Messages) -> str:
    return messages.gettext("the answer is larger than we accept")


def _cut_short(_: BaseException, messages: Messages) -> str:
    return messages.gettext("the site broke the answer off")


def _unreachable(_: BaseException, messages: Messages) -> str:
    return messages.gettext("the site cannot be reached")


def _wrong_scheme(_: BaseException, messages: Messages) -> str:
    return messages.gettext("only http and https addresses can be read")


def _ignored(error: BaseException, messages: Messages) -> str:
    if "redirect" in str(error):
        return messages.gettext("the site sends readers round in circles")
    return _too_large(error, messages) if "MAXSIZE" in str(error) else str(error)


EXPLANATIONS: tuple[
    tuple[tuple[type[BaseException], ...], Callable[[BaseException, Messages], str]],
    ...,
] = (
    ((AddressRefused,), _refused),
    ((TlsError, VerificationError), _bad_certificate),
    ((IgnoreRequest,), _ignored),
    ((CannotResolveHostError,), _unresolved),
    ((DownloadConnectionRefusedError,), _no_connection),
    ((DownloadTimeoutError,), _too_slow),
    ((DownloadCancelledError,), _too_large),
    ((UnsupportedURLSchemeError,), _wrong_scheme),
    ((ResponseDataLossError, _DataLoss, PotentialDataLoss, ConnectionDone, ConnectionLost), _cut_short),
    ((ConnectError, DownloadFailedError, OSError), _unreachable),
)
"""What each family of errors means, the most telling first."""
