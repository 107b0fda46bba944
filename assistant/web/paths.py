"""Addresses within the pages: where a reader is, and where one may be led."""

import re

from fastapi import Request

# A path of ours: neither another host's address nor anything that a browser reads as one, and
# short enough for a cookie.
_OWN_PATH = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]{0,1000}")


def own_path(path: str) -> str:
    """A path of ours, never another site's address."""
    return path if _OWN_PATH.fullmatch(path) else "/"


def path_of(request: Request) -> str:
    """Where the reader is and may come back to: what was posted leads nowhere."""
    query = f"?{request.url.query}" if request.url.query else ""
    return request.url.path + query if request.method == "GET" else "/"
