"""Mail through encrypted servers, whose certificate an authority made for this test signed."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from search.deliver.mail import MailChannel
from tests.delivering import Postbox, parcel, smtp_server
from watchlists.model import Mail

ADA = "ada@nimbo.example"
NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Authority of a test")])
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an authority (ca.pem) and a server's certificate and key (server.pem)."""
    folder = tmp_path_factory.mktemp("papers")
    authority, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = sign(NAME, authority.public_key(), authority, x509.BasicConstraints(ca=True, path_length=None))
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    server = sign(x509.Name([]), key.public_key(), authority, names)
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "ca.pem").write_bytes(root.public_bytes(Encoding.PEM))
    (folder / "server.pem").write_bytes(secret + server.public_bytes(Encoding.PEM))
    return folder


def sign(name: x509.Name, public: Any, authority: Any, extension: x509.ExtensionType) -> x509.Certificate:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(NAME)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - DAY)
        .not_valid_after(now + DAY)
        .add_extension(extension, critical=True)
        .sign(authority, hashes.SHA256())
    )


@pytest.fixture
def context(papers: Path) -> ssl.SSLContext:
    found = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    found.load_cert_chain(papers / "server.pem")
    return found


@pytest.fixture
def trust(papers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine trusts the authority."""
    monkeypatch.setenv("SSL_CERT_FILE", str(papers / "ca.pem"))


def check_login(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
    is_right = (data.login, data.password) == (b"veille", b"s3cret")
    return AuthResult(success=is_right, handled=False)


@pytest.fixture(params=["tls", "starttls"])
def encrypted(request: pytest.FixtureRequest, context: ssl.SSLContext) -> Iterator[tuple[str, Postbox]]:
    """A server of each kind that takes nothing without encryption and log-in."""
    kind: str = request.param
    keys: dict[str, dict[str, Any]] = {
        "tls": {"ssl_context": context},
        "starttls": {"tls_context": context, "require_starttls": True},
    }
    is_late = kind == "starttls"  # in the other kind the server does not see the encryption around it
    login = {"authenticator": check_login, "auth_required": is_late, "auth_require_tls": is_late}
    with smtp_server(**keys[kind], **login) as found:
        yield kind, found


def channel(security: Any, port: int, password: str = "s3cret") -> MailChannel:
    mail = Mail(
        host="127.0.0.1", port=port, security=security, username="veille", sender="v@nimbo.example", to=(ADA,)
    )
    return MailChannel(settings=mail, address=ADA, watch="Veille", read_secret=lambda _: password)


@pytest.mark.usefixtures("trust")
def test_a_mail_goes_through_an_encrypted_server_after_the_log_in(encrypted: tuple[str, Postbox]) -> None:
    security, postbox = encrypted

    receipt = channel(security, postbox.port).send(parcel())

    assert receipt.state == "sent", receipt
    assert [to for to, _ in postbox.mails] == [ADA]


def test_a_certificate_nobody_vouches_for_gets_nothing_not_even_the_password(
    encrypted: tuple[str, Postbox],
) -> None:
    security, postbox = encrypted

    receipt = channel(security, postbox.port).send(parcel())

    assert receipt.state == "refused"
    assert "CERTIFICATE_VERIFY_FAILED" in receipt.reason
    assert not postbox.mails


@pytest.mark.usefixtures("trust")
def test_a_wrong_password_is_a_refusal(encrypted: tuple[str, Postbox]) -> None:
    security, postbox = encrypted

    receipt = channel(security, postbox.port, "wrong").send(parcel())

    assert (receipt.state, receipt.is_passing) == ("refused", False)
    assert receipt.reason.startswith("535")
    assert not postbox.mails


def test_a_server_that_knows_no_encryption_is_given_nothing() -> None:
    with smtp_server() as plain:
        receipt = channel("starttls", plain.port).send(parcel())

    assert receipt.state == "refused"
    assert not plain.mails
