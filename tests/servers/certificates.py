"""Certificates made at test time: one authority, good ones, and nine that nobody may accept."""

from __future__ import annotations

import contextlib
import datetime
import ipaddress
import socket
import ssl
import threading
import warnings
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

HOST = "127.0.0.1"
NOW = datetime.datetime.now(datetime.UTC)
DAY = datetime.timedelta(days=1)

BAD = {
    "expired": "tls_expired",
    "future": "tls_not_yet_valid",
    "self_signed": "tls_untrusted",
    "wrong_host": "tls_hostname",
    "no_san": "tls_hostname",
    "weak_key": "tls_untrusted",
    "wrong_purpose": "tls_untrusted",
    "broken_chain": "tls_untrusted",
    "name_constraint": "tls_untrusted",
}
"""Each bad certificate and the class with which it must be refused."""


@dataclass(frozen=True)
class Pair:
    """A private key and a certificate for it."""

    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
    certificate: x509.Certificate

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        return self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )


def make(
    name="server",
    *,
    issuer=None,
    hosts=(HOST, "localhost"),
    begins=-DAY,
    ends=365 * DAY,
    key=None,
    ca=False,
    purpose=ExtendedKeyUsageOID.SERVER_AUTH,
    permitted=None,
    subject=None,
):
    """Issue a certificate; signed by itself when there is no issuer."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = subject or x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW + begins)
        .not_valid_after(NOW + ends)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
    if hosts and not ca:
        builder = builder.add_extension(x509.SubjectAlternativeName([_name(host) for host in hosts]), False)
    if not ca:
        builder = builder.add_extension(x509.ExtendedKeyUsage([purpose]), False)
    if permitted:
        constraint = x509.NameConstraints([x509.DNSName(permitted)], None)
        builder = builder.add_extension(constraint, critical=True)
    return Pair(key, builder.sign((issuer or Pair(key, None)).key, hashes.SHA256()))


def _name(host):
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


class Authority:
    """A certificate authority of the test, and the folder where its files lie."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.root = make("Test Authority", ca=True)
        self.file = str(self.write("ca.pem", self.root.pem))

    def write(self, name: str, data: bytes) -> Path:
        path = self.folder / name
        path.write_bytes(data)
        return path

    def issue(self, **options) -> Pair:
        return make(issuer=self.root, **options)

    def context(self, *chain: Pair) -> ssl.SSLContext:
        """Return the context of a server that serves this chain."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        pem = chain[0].key_pem + b"".join(pair.pem for pair in chain)
        context.load_cert_chain(self.write(f"{chain[0].certificate.serial_number}.pem", pem))
        return context

    def good(self) -> ssl.SSLContext:
        return self.context(self.issue())

    def bad(self, flaw: str) -> ssl.SSLContext:
        """Return the context of a server with one of the certificates of `BAD`."""
        return self.context(*getattr(self, f"_{flaw}")())

    def _expired(self):
        return (self.issue(begins=-20 * DAY, ends=-10 * DAY),)

    def _future(self):
        return (self.issue(begins=10 * DAY),)

    def _self_signed(self):
        return (make(),)

    def _wrong_host(self):
        return (self.issue(hosts=("other.example",)),)

    def _no_san(self):
        return (self.issue(name=HOST, hosts=()),)

    def _weak_key(self):
        return (self.issue(key=rsa.generate_private_key(65537, 1024)),)

    def _wrong_purpose(self):
        return (self.issue(purpose=ExtendedKeyUsageOID.CLIENT_AUTH),)

    def _broken_chain(self):
        between = self.issue(name="Intermediate", ca=True)
        return (make(issuer=between),)

    def _name_constraint(self):
        between = self.issue(name="Bounded", ca=True, permitted="inside.example")
        return make(issuer=between, hosts=(HOST, "outside.example")), between


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    """A certificate authority for this run."""
    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def old_tls_port(authority):
    """The port of a server that speaks TLS 1.0 only, and says so before it hangs up."""
    context = authority.good()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1

    def serve():
        with contextlib.suppress(OSError):
            while True:
                with listener.accept()[0] as connected, contextlib.suppress(ssl.SSLError):
                    context.wrap_socket(connected, server_side=True).close()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()
