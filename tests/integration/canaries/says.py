"""Says the secret that it was given, in every way in which one leaks; ends with 3 when told to fail."""

import base64
import html
import json
import os
import sys
import time
from urllib.parse import quote, quote_plus

secrets = [os.environ["CANARY"], *([sys.stdin.read()] if not sys.stdin.isatty() else [])]
for secret in filter(None, secrets):
    raw = secret.encode()
    for stream in (sys.stdout, sys.stderr):
        print(f"plain {secret}", file=stream)
        print(f"base64 {base64.b64encode(raw).decode()}", file=stream)
        print(f"login {base64.b64encode(b'operator:' + raw).decode()}", file=stream)
        print(f"url {quote(secret, safe='')} {quote(secret)} {quote_plus(secret)}", file=stream)
        print(f"json {json.dumps(secret)} {json.dumps(secret, ensure_ascii=False)}", file=stream)
        print(f"html {html.escape(secret)}", file=stream)
        stream.flush()
    for into in (1, len(raw) // 2, len(raw) - 1):
        # Whatever reads by 4 KiB, or shows the last 8, has to cut through it.
        sys.stdout.buffer.write(b"." * (4096 - into) + raw[:into])
        sys.stdout.buffer.flush()
        time.sleep(0.3)
        sys.stdout.buffer.write(raw[into:] + b"." * (4096 - len(raw) + into) + b"\n")
        sys.stdout.buffer.flush()
sys.stdout.buffer.write(raw[:-3])
sys.stdout.buffer.flush()
time.sleep(1.0)
sys.stdout.buffer.write(raw[-3:] + b"\n")
sys.exit(3 if "fails" in sys.argv else 0)
