"""Who gets into the gateway. Every request and every WebSocket passes here first, before anything reads its body.

Pages of the whole web run in browsers on this machine, so listening on 127.0.0.1 alone keeps nobody out. In turn:

- *Host* must be this gateway's own, or a name that somebody pointed at 127.0.0.1 (DNS rebinding) would be enough.
- *Origin*, if sent, must be our own page, or none of the web's: the panels inside editing programs send ``null``,
  ``file://`` or a scheme of their own. Whatever runs under ``http(s)://`` elsewhere is refused, and so are browser
  extensions.
- *Sec-Fetch-Site*, if sent, must not tell of another site, unless such a panel asks, or a window is opened on the page
  itself (which holds nothing of the user's, and cannot be framed): so do editing programs, and maybe they say so.
- The *token* of the connection file opens everything that touches a job or a file. It travels in the
  ``Authorization`` header, never in a URL, where logs and histories would keep it; there are no cookies, so no page
  can ride on somebody else's.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vem_server.gateway.replies import refusal
from vem_server.gateway.tickets import TICKET_SECONDS
from vem_server.protocol.errors import ServiceError

API = "/api/v1/"
OPEN = (f"{API}hello", f"{API}openapi.json", f"{API}token")
"""Calls without a token: they tell nothing of the user, or take a one-time code instead."""
TICKETED = f"{API}files/t/"
"""Below it a ticket in the path stands for the token, and for the origin as well: media elements send none."""
EXTENSIONS = ("chrome-extension", "moz-extension", "safari-web-extension")
WHAT_PANELS_MAY_SEND: Mapping[str, str] = {
    "Access-Control-Allow-Methods": "GET, HEAD, POST",
    "Access-Control-Allow-Headers": "authorization, content-type, range",
    "Access-Control-Max-Age": "600",
}
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' blob: data:; "
    "media-src 'self' blob:; font-src 'self'; connect-src 'self' ws://127.0.0.1:{port} ws://localhost:{port}; "
    "worker-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""For the page. Scripts come from files only; styles may be inline, since waveforms draw in shadow roots."""
FILE_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
"""For everything else: a picture or text that is opened by itself runs nothing."""


class Doorman:
    """ASGI middleware in front of the whole gateway.

    Parameters
    ----------
    app : ASGIApp
        Who serves those that get in.
    port : int
        The port on 127.0.0.1 that is listened on.
    token : str
        The bearer token.
    """

    def __init__(self, app: ASGIApp, *, port: int, token: str) -> None:
        self._app = app
        self._token = token.encode()
        self._hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}
        self._origins = {f"http://{host}" for host in self._hosts}
        self._page_policy = PAGE_POLICY.format(port=port)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        guarded = self._with_headers(scope, headers, send)
        try:
            self._check_sender(scope, headers)
            if scope["type"] == "http" and scope["method"] != "OPTIONS":
                self._check_token(scope, headers)
        except ServiceError as error:
            if scope["type"] == "websocket":  # closing before accepting is answered with 403
                await send({"type": "websocket.close", "code": 1008, "reason": error.what[:120]})
            else:
                await refusal(error)(scope, receive, guarded)
            return
        if scope["type"] == "http" and scope["method"] == "OPTIONS":
            await Response(status_code=204, headers=dict(WHAT_PANELS_MAY_SEND))(scope, receive, guarded)
            return
        await self._app(scope, receive, guarded)

    def _check_sender(self, scope: Scope, headers: Headers) -> None:
        hosts = headers.getlist("host")
        if len(hosts) != 1 or hosts[0].lower() not in self._hosts:
            raise ServiceError(
                "foreign_host",
                "This host name is not the gateway's.",
                where=", ".join(hosts)[:200],
                remedy="Use http://127.0.0.1 and the port.",
            )
        origin = headers.get("origin")
        if origin is not None and origin not in self._origins and not _is_of_a_panel(origin):
            raise ServiceError("foreign_origin", "Pages of this origin are not let in.", where=origin[:200])
        elsewhere = headers.get("sec-fetch-site", "none").lower() not in ("none", "same-origin")
        of_a_panel = origin is not None and _is_of_a_panel(origin)
        opens_the_page = scope["path"] == "/" and headers.get("sec-fetch-dest") == "document"
        if elsewhere and not of_a_panel and not opens_the_page and not scope["path"].startswith(TICKETED):
            raise ServiceError("foreign_origin", "Another site has asked for this.", where="Sec-Fetch-Site")

    def _check_token(self, scope: Scope, headers: Headers) -> None:
        if "token" in parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True):
            raise ServiceError(
                "wrong_token",
                "A token never travels in a URL.",
                remedy="Send it in a header: 'Authorization: Bearer TOKEN'.",
            )
        path = scope["path"]
        if not path.startswith(API) or path in OPEN or path.startswith(TICKETED):
            return
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not self.knows(token.strip()):
            raise ServiceError(
                "wrong_token" if token else "no_token",
                where="Authorization",
                remedy="Open the panel with `vem panel`, or read the token in the connection file.",
            )

    def knows(self, token: str) -> bool:
        """Whether this is the token; takes as long for a wrong one."""
        return hmac.compare_digest(token.encode("utf-8", "surrogatepass"), self._token)

    def _with_headers(self, scope: Scope, asked: Headers, send: Send) -> Send:
        """Add to every answer what browsers are to keep to."""
        of_api = scope["path"].startswith(API)
        origin = asked.get("origin", "")
        ticketed = scope["path"].startswith(TICKETED)
        kept = f"private, max-age={TICKET_SECONDS:.0f}" if ticketed else "private, no-store" if of_api else "no-cache"

        async def guarded(message: Message) -> None:
            """Pass a message on; the head of an answer gets its headers first."""
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "no-referrer"
                headers["X-Frame-Options"] = "DENY"
                headers["Cross-Origin-Opener-Policy"] = "same-origin"
                headers["Cross-Origin-Resource-Policy"] = "cross-origin" if ticketed else "same-origin"
                headers["Content-Security-Policy"] = FILE_POLICY if of_api else self._page_policy
                headers["Cache-Control"] = kept
                headers["Vary"] = "Origin"
                if _is_of_a_panel(origin):
                    headers["Access-Control-Allow-Origin"] = origin
                    headers["Access-Control-Expose-Headers"] = "Content-Range, Content-Length, Accept-Ranges"
                    if asked.get("access-control-request-private-network") == "true":
                        headers["Access-Control-Allow-Private-Network"] = "true"
            await send(message)

        return guarded


def _is_of_a_panel(origin: str) -> bool:
    """Whether an origin is none of the web's, as those of panels inside editing programs are."""
    if origin == "null":
        return True
    scheme, found, _ = origin.partition("://")
    return bool(found) and scheme.lower() not in ("http", "https", *EXTENSIONS) and origin.isprintable()
