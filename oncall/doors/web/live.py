"""Pages of which a part is kept fresh while they are looked at (static/live.js)."""

from __future__ import annotations

from flask import make_response, render_template, request
from flask.typing import ResponseReturnValue


def live_page(template: str, **values: object) -> ResponseReturnValue:
    """The whole page; or, asked by live.js, its live part alone, and only where it differs from what live.js has."""
    if "X-Live" not in request.headers:
        return render_template(template, layout="web/base.html", **values)
    answer = make_response(render_template(template, layout="web/live.html", **values))
    answer.add_etag()
    return answer.make_conditional(request)
