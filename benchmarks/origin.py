"""Owns the server that is probed: nginx on loopback, in the clear and with TLS, on free ports."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import trustme

from benchmarks.programs import serving

CONFIGURATION = """\
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  keepalive_requests 1000000;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{ listen 127.0.0.1:{plain} backlog=4096; return 200 "fine\\n"; }}
  server {{
    listen 127.0.0.1:{tls} ssl backlog=4096;
    ssl_certificate {folder}/server.pem;
    ssl_certificate_key {folder}/server.pem;
    return 200 "fine\\n";
  }}
}}
"""


@dataclass(frozen=True, slots=True)
class Origin:
    """A server that says that all is fine."""

    plain: int
    """Port in the clear."""
    tls: int
    """Port with TLS."""
    ca_file: Path


@contextlib.contextmanager
def origin() -> Iterator[Origin]:
    """Run nginx while the context is open."""
    nginx = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/bin")
    if nginx is None:
        raise SystemExit("nginx is not installed (Debian: nginx-light)")
    with tempfile.TemporaryDirectory(prefix="walkdown-origin-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        authority = trustme.CA()
        authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(folder / "server.pem")
        authority.cert_pem.write_to_path(folder / "ca.pem")
        here = Origin(free_port(), free_port(), folder / "ca.pem")
        (folder / "nginx.conf").write_text(
            CONFIGURATION.format(folder=folder, plain=here.plain, tls=here.tls)
        )
        with serving([nginx, "-e", "stderr", "-c", str(folder / "nginx.conf")], stderr=subprocess.DEVNULL):
            wait_for_port(here.plain)
            wait_for_port(here.tls)
            yield here


def free_port() -> int:
    """Return a port of loopback on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_port(port: int, seconds: float = 10.0) -> None:
    """Wait until somebody listens on the port; raises TimeoutError."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise TimeoutError(f"nobody listens on port {port}")
