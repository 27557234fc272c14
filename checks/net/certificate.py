"""Owns reading certificates: dates, names, issuer, signature, and what is wrong with one kept in a file.

Whether a served certificate is trusted is decided by OpenSSL in the handshake, not here.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from checks.errors import MeasureError, ProbeError, TargetError

LARGEST = 1024 * 1024
"""Bytes; a longer file holds no certificate of a server."""

BROKEN_HASHES = ("md5", "sha1")
"""Signatures with these can be forged."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """What one certificate says."""

    der: bytes
    subject: str
    issuer: str
    names: tuple[str, ...]
    """Host names and addresses for which it stands (subject alternative names)."""
    begins: float
    """UTC seconds."""
    ends: float
    """UTC seconds."""
    signature: str
    """Hash algorithm of its signature, such as `sha256`; empty for those without one, such as Ed25519."""
    serial: str

    def covers(self, host: str) -> bool:
        """Return whether it stands for the host; a wildcard stands for one label (RFC 6125)."""
        wanted = host.lower().rstrip(".")
        wildcard = f"*.{wanted.partition('.')[2]}"
        return any(name.lower() in (wanted, wildcard) for name in self.names)


def read_der(der: bytes) -> Certificate:
    """Return what a served certificate says.

    Raises:
        TargetError: `malformed`.
    """
    try:
        return _described(x509.load_der_x509_certificate(der))
    except ValueError as error:
        raise TargetError("malformed", "the served certificate cannot be read") from error


def read_pem(path: str) -> Certificate:
    """Return what the first certificate of a PEM file says; each one must be signed by the next.

    Raises:
        MeasureError: `permission`, when the file may not be read.
        TargetError: `not_found`, `malformed`, or `tls_untrusted` when the chain in the file is broken.
    """
    try:
        with Path(path).open("rb") as file:
            chain = x509.load_pem_x509_certificates(file.read(LARGEST))
        leaf = _described(chain[0])
    except ValueError as error:
        raise TargetError("malformed", f"{path} holds no readable certificate") from error
    except OSError as error:
        raise _unreadable(path, error) from error
    for signed, signer in pairwise(chain):
        try:
            signed.verify_directly_issued_by(signer)
        except (ValueError, TypeError, InvalidSignature) as error:
            summary = f"{path}: {_text(signed.subject)} is not signed by {_text(signer.subject)}"
            raise TargetError("tls_untrusted", summary) from error
    return leaf


def _unreadable(path: str, error: OSError) -> ProbeError:
    if isinstance(error, PermissionError):
        return MeasureError("permission", f"{path} may not be read by this user")
    if isinstance(error, FileNotFoundError):
        return TargetError("not_found", f"{path} does not exist")
    return MeasureError("unreadable", f"{path}: {error.strerror}")


def _described(certificate: x509.Certificate) -> Certificate:
    hashed = certificate.signature_hash_algorithm
    return Certificate(
        certificate.public_bytes(Encoding.DER),
        _text(certificate.subject),
        _text(certificate.issuer),
        _names(certificate),
        certificate.not_valid_before_utc.timestamp(),
        certificate.not_valid_after_utc.timestamp(),
        hashed.name if isinstance(hashed, hashes.HashAlgorithm) else "",
        f"{certificate.serial_number:x}",
    )


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    addresses = (str(address) for address in found.get_values_for_type(x509.IPAddress))
    return (*found.get_values_for_type(x509.DNSName), *addresses)


def _text(name: x509.Name) -> str:
    return name.rfc4514_string()
