"""Owns TLS: one context for each way of trusting, and OpenSSL's errors as stable classes.

Certificates and host names are verified, and TLS 1.2 is the least, unless a target says `verify: false`.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from checks.errors import MeasureError, ProbeError, TargetError

NO_CHECK_TIME = 0x200000
"""X509_V_FLAG_NO_CHECK_TIME of OpenSSL, which the ssl module does not name."""

NOT_YET_VALID, EXPIRED = 9, 10
NAME_MISMATCHES = (62, 64)
"""Verification codes of OpenSSL (x509_vfy.h): host name and address."""

OTHER_VERSION = (
    "UNSUPPORTED_PROTOCOL",
    "TLSV1_ALERT_PROTOCOL_VERSION",
    "WRONG_SSL_VERSION",
    "NO_PROTOCOLS_AVAILABLE",
    "INAPPROPRIATE_FALLBACK",
)
"""Reasons of OpenSSL that mean: both speak TLS, but not the same version."""


VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}
"""The oldest version that may be demanded, as it is written."""


@dataclass(frozen=True, slots=True)
class Trust:
    """Whom to trust, and from which version of TLS on."""

    verify: bool = True
    ca_file: str = ""
    """Trust these certificates only; empty: those of the system."""
    min_version: str = "1.2"
    """One of `VERSIONS`."""
    ignore_time: bool = False
    """Verify all but the dates: to learn them once verification has failed over them."""


def context_for(trust: Trust) -> ssl.SSLContext:
    """Return the context for this trust, made once; again when the CA file has changed.

    Raises:
        MeasureError: `ca_file`, when it cannot be read.
    """
    if not trust.ca_file:
        return _context(trust, 0)
    try:
        return _context(trust, Path(trust.ca_file).stat().st_mtime_ns)
    except (OSError, ssl.SSLError) as error:
        reason = "holds no certificate" if isinstance(error, ssl.SSLError) else error.strerror
        raise MeasureError("ca_file", f"{trust.ca_file}: {reason}") from error


@lru_cache(maxsize=64)
def _context(trust: Trust, changed: int) -> ssl.SSLContext:
    """Make a context; reading the system's certificates takes some 60 ms."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = VERSIONS[trust.min_version]
    if not trust.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context
    context.hostname_checks_common_name = False
    if trust.ca_file:
        context.load_verify_locations(trust.ca_file)
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    else:
        context.load_default_certs()
    if trust.ignore_time:
        context.verify_flags |= NO_CHECK_TIME
    return context


def failure(host: str, error: OSError) -> ProbeError:
    """Return the error that says what failed in the handshake with the host, or after it."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return _refusal(host, error)
    if isinstance(error, ssl.SSLEOFError) or not isinstance(error, ssl.SSLError):
        return TargetError("connection_lost", f"{host} cut the connection in the TLS handshake")
    reason = error.reason or "unknown"
    words = reason.lower().replace("_", " ")
    if reason in OTHER_VERSION:
        return TargetError("tls_version", f"{host} speaks no accepted version of TLS: {words}")
    return TargetError("tls_protocol", f"no TLS with {host}: {words}")


def _refusal(host: str, error: ssl.SSLCertVerificationError) -> TargetError:
    code, words = error.verify_code, error.verify_message
    if code == EXPIRED:
        return TargetError("tls_expired", f"certificate of {host} has expired")
    if code == NOT_YET_VALID:
        return TargetError("tls_not_yet_valid", f"certificate of {host} is not yet valid")
    if code in NAME_MISMATCHES:
        return TargetError("tls_hostname", f"certificate is not for {host}: {words}")
    return TargetError("tls_untrusted", f"certificate of {host} is not trusted: {words}")
