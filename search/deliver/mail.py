"""What is told, by e-mail: one message for each address, handed to an SMTP server."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.errors import MessageError
from email.message import EmailMessage

from search.deliver.parcel import SENT, Parcel, Receipt, refused, unsure
from search.render.mail import make_message
from watchlists.errors import DeliveryError, VeilleurError
from watchlists.model import Mail

TIMEOUT = 30.0
PASSING = range(400, 500)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailChannel:
    """One address. `read_secret` gives the password when there is a user name."""

    settings: Mail
    address: str
    watch: str
    read_secret: Callable[[str], str]

    @property
    def recipient(self) -> str:
        """As the ledger calls it."""
        return f"mail:{self.address}"

    def message(self, parcel: Parcel) -> EmailMessage:
        """What would be sent."""
        letter = parcel.letter()
        return make_message(letter, self.settings, to=self.address, watch=self.watch, now=parcel.now)

    def preview(self, parcel: Parcel) -> str:
        """The subject and the size."""
        message = self.message(parcel)
        return f"{message['Subject']} ({len(message.as_bytes()) / 1000:.0f} KB)"

    def send(self, parcel: Parcel) -> Receipt:
        """One SMTP transaction. Until the text begins to leave every failure is a refusal; after
        that only the server's own answer is certain."""
        try:
            body = self.message(parcel).as_bytes()
            with self._session() as server:
                self._greet(server)
                return _hand_text(server, body)
        except smtplib.SMTPResponseException as error:
            return refused(_said(error.smtp_code, error.smtp_error), is_passing=error.smtp_code in PASSING)
        except VeilleurError as error:
            return refused(error)
        except (OSError, smtplib.SMTPException, MessageError, ValueError) as error:
            return refused(f"{type(error).__name__}: {error}", is_passing=isinstance(error, OSError))

    @contextmanager
    def _session(self) -> Iterator[smtplib.SMTP]:
        settings, context = self.settings, ssl.create_default_context()
        server: smtplib.SMTP
        if settings.security == "tls":
            server = smtplib.SMTP_SSL(settings.host, settings.port, timeout=TIMEOUT, context=context)
        else:
            server = smtplib.SMTP(settings.host, settings.port, timeout=TIMEOUT)
        try:
            yield server
        except ssl.SSLError:  # nobody answers a farewell on a line whose encryption failed
            server.close()
            raise
        finally:
            with suppress(OSError, smtplib.SMTPException):
                server.quit()
            server.close()

    def _greet(self, server: smtplib.SMTP) -> None:
        """Everything before the text: encryption, login, who sends, who gets it."""
        server.ehlo_or_helo_if_needed()
        if self.settings.security == "starttls":
            server.starttls(context=ssl.create_default_context())
            server.ehlo()
        if self.settings.username:
            if self.settings.security == "none":
                raise DeliveryError(
                    "The password would be sent unencrypted.", remedy="Set security to starttls or tls."
                )
            server.login(self.settings.username, self.read_secret(self.settings.password_env))
        for code, answer in (server.mail(self.settings.sender), server.rcpt(self.address)):
            if code not in {250, 251}:
                raise smtplib.SMTPResponseException(code, answer)


def _hand_text(server: smtplib.SMTP, body: bytes) -> Receipt:
    try:
        code, answer = server.data(body)
    except smtplib.SMTPDataError as error:  # the server answered no before the text left
        return refused(_said(error.smtp_code, error.smtp_error), is_passing=error.smtp_code in PASSING)
    except (OSError, smtplib.SMTPException) as error:
        return unsure(f"{type(error).__name__}: {error}")
    if code == 250:
        return SENT
    return refused(_said(code, answer), is_passing=code in PASSING)


def _said(code: int, answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return f"{code} {text}"
