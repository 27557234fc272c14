"""The API of the shop of `tests/servers/stack.py`: programs for busybox's web server, one for each place.

    GET  health                    whether it, the database and the cache are up, and its version
    GET  maintenance, banner       the mode it is in, the text that visitors see
    POST maintenance/on, /off      change the mode; the body is who wants it
    POST banner, banner/clear      set the text to the body, take it away
What changes something wants the header `X-Token`, and keeps what it changes in a folder that outlives it.
"""

from __future__ import annotations

PORT = 8080
TOOLS = ("sh", "cat", "rm", "nc", "printf", "httpd")
"""Of busybox, that it needs."""
TOKEN = "shop-t0ken/+="
"""Of the administrator."""

_HEAD = f"""#!/bin/sh
say() {{ printf 'Status: %s\\r\\nContent-Type: application/json\\r\\n\\r\\n%s\\n' "$1" "$2"; exit; }}
must() {{
  [ "$REQUEST_METHOD" = POST ] || say '405 Method Not Allowed' '{{}}'
  [ "$HTTP_X_TOKEN" = '{TOKEN}' ] || say '403 Forbidden' '{{"error": "wrong token"}}'
}}
"""
_HEALTH = """
nc -w 1 postgres 5432 </dev/null >/dev/null 2>&1 && database=up || database=down
nc -w 1 redis 6379 </dev/null >/dev/null 2>&1 && cache=up || cache=down
[ $database$cache = upup ] && { status=up; head='200 OK'; } || { status=down; head='503 Unavailable'; }
say "$head" "{\\"status\\": \\"$status\\", \\"database\\": \\"$database\\", \\"version\\": \\"VERSION\\"}"
"""
_MAINTENANCE = """
case $PATH_INFO in
/on) must; cat >/state/maintenance; say '202 Accepted' '{}' ;;
/off) must; rm -f /state/maintenance; say '202 Accepted' '{}' ;;
*) [ -e /state/maintenance ] && mode=true || mode=false; say '200 OK' "{\\"maintenance\\": $mode}" ;;
esac
"""
_BANNER = """
case $REQUEST_METHOD$PATH_INFO in
POST/clear) must; rm -f /state/banner; say '200 OK' '{"cleared": true}' ;;
POST) must; cat >/state/banner; say '201 Created' '{"id": "b-1"}' ;;
*) [ -e /state/banner ] && text=$(cat /state/banner) || text='""'; say '200 OK' "{\\"banner\\": $text}" ;;
esac
"""


def scripts(version: str, *, broken: bool = False) -> dict[str, str]:
    """Return the programs of one version, by their paths in the image; a broken one never finds its cache."""
    health = _HEALTH.replace("6379", "1") if broken else _HEALTH
    parts = {"health": health.replace("VERSION", version), "maintenance": _MAINTENANCE, "banner": _BANNER}
    return {f"www/cgi-bin/{name}": _HEAD + text for name, text in parts.items()}
